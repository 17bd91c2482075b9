/** `@groat/console`: what a program's module imports from the console. It is a public interface (docs/programs.md). */
import type { ComponentProps, ComponentType, ReactNode } from "react";
import { toast } from "sonner";
import * as problem from "../api/problem";
import * as money from "../parts/money";
import type { Audience, ConsoleProgram } from "../registry/program";
import * as people from "../requests/people";
import * as audience from "../shell/audience";
import * as gate from "../shell/gate";
import * as button from "../ui/button";
import * as facts from "../ui/facts";
import * as field from "../ui/field";
import * as overlay from "../ui/overlay";
import * as states from "../ui/states";
import * as surface from "../ui/surface";
import * as text from "../ui/text";
import { API } from "./version";

export type * from "../registry/program";
export { type Answer, type AnswerOptions, useAnswer } from "./answer";
export { Link, type LinkProps } from "./link";
export { type Go, type GoOptions, type Place, useGo, usePlace } from "./place";
export { Table, type TableColumn, type TableProps } from "./table";

/** The version of this interface: it rises when something that a module may use is taken away. */
export const version: 1 = API;

/** What a program brings to the console, and the version of the interface that it is made for. */
export type ConsoleModule = ConsoleProgram & { api: 1 };

/** Declares a module: its file exports the result as its default. */
export const defineModule = (module: ConsoleModule): ConsoleModule => module;

/** Tones say good or bad by colour; the text must say it, too. */
export type Tone = "plain" | "accent" | "good" | "warn" | "bad";

export interface PageHeaderProps {
  /** The page's h1, and its title in the tab. */
  title: ReactNode;
  hint?: ReactNode;
  /** The way back, above the title. */
  crumb?: ReactNode;
  /** The page's acts: buttons and links. */
  children?: ReactNode;
}

/** The head of a page. */
export const PageHeader: ComponentType<PageHeaderProps> = surface.PageHeader;

/** A box around one thing. */
export const Card: ComponentType<ComponentProps<"section">> = surface.Card;

export interface CardHeaderProps {
  title: ReactNode;
  hint?: ReactNode;
  children?: ReactNode;
  /** The id of the heading, for `aria-labelledby`. */
  id?: string;
}

export const CardHeader: ComponentType<CardHeaderProps> = surface.CardHeader;

export interface BadgeProps extends ComponentProps<"span"> {
  tone?: Tone;
}

/** A word or two in a frame, such as a state. */
export const Badge: ComponentType<BadgeProps> = surface.Badge;

/** A list of facts, each with a label: the face of a request, for instance. */
export const Facts: ComponentType<{ children: ReactNode }> = facts.Facts;

export const Fact: ComponentType<{ label: string; children: ReactNode }> = facts.Fact;

export interface ButtonProps extends ComponentProps<"button"> {
  look?: "primary" | "secondary" | "quiet" | "danger";
  size?: "sm" | "md" | "icon";
  /** Shows that something goes on, and ignores presses. */
  busy?: boolean;
  /** false: a press decides nothing, so it takes effect at once. */
  guard?: string | boolean;
  /** Gives the looks of a button to the one child, a link. */
  asChild?: boolean;
}

/** A button. One that sends a form or is dangerous takes no press in the first second that it is seen, unless `guard` is false. */
export const Button: ComponentType<ButtonProps> = button.Button;

export interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  /** Says what is wrong with what was typed. */
  problem?: ReactNode;
  className?: string;
  /** Renders the control with these properties, which tie it to its label. */
  children: (wiring: {
    id: string;
    "aria-describedby": string | undefined;
    "aria-invalid": true | undefined;
  }) => ReactNode;
}

export const Field: ComponentType<FieldProps> = field.Field;
export const Input: ComponentType<ComponentProps<"input">> = field.Input;
export const TextArea: ComponentType<ComponentProps<"textarea">> = field.TextArea;
export const Select: ComponentType<ComponentProps<"select">> = field.Select;

export interface AmountInputProps extends Omit<ComponentProps<"input">, "onChange"> {
  /** The code of the asset: phones offer a decimal point only where it has fractions. */
  asset: string;
  /** Called with what is typed; `readNumber` of the client makes a decimal of it. */
  onChange: (typed: string) => void;
}

/** A field for an amount. */
export const AmountInput: ComponentType<AmountInputProps> = money.AmountInput;

export interface AmountProps {
  /** A decimal string, as the server writes it. */
  value: string;
  asset?: string;
  className?: string;
}

/** An amount of money in the reader's number format. */
export const Amount: ComponentType<AmountProps> = text.Amount;

export interface TimeProps {
  /** RFC 3339. */
  at: string;
  /** "short": the moment; "age": how long ago. */
  form?: "short" | "age" | "brief";
  className?: string;
}

export const Time: ComponentType<TimeProps> = text.Time;

/** The name of a principal ("user:42") as the reader calls it. */
export const Name: ComponentType<{ of: string | null; first?: boolean; className?: string }> = people.Name;

export interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  /** It is all that the page shows, so its title is the page's h1. */
  page?: boolean;
  children?: ReactNode;
  action?: ReactNode;
}

/** Says that there is nothing, and what to do about it. */
export const EmptyState: ComponentType<EmptyStateProps> = states.EmptyState;

/** Says what could not be loaded, and why. */
export const ErrorState: ComponentType<{ error: unknown; onRetry?: () => void }> = states.ErrorState;

/** Stands in for rows that are being loaded. */
export const LoadingRows: ComponentType<{ rows?: number }> = states.SkeletonRows;

export interface NoticeProps {
  tone?: "plain" | "good" | "warn" | "bad";
  title?: ReactNode;
  role?: "alert" | "status";
  children?: ReactNode;
}

/** A note in a page or a form. */
export const Notice: ComponentType<NoticeProps> = states.Notice;

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
}

/** A question over the page, which keeps the focus while it is open. */
export const Dialog: ComponentType<DialogProps> = overlay.Dialog;

/** Says something for a few seconds, at the edge of the page. */
export function say(text: string, { tone = "good" }: { tone?: "good" | "bad" } = {}): void {
  if (tone === "bad") toast.error(text);
  else toast.success(text);
}

/** One sentence for people about anything that was thrown. */
export const explain: (error: unknown) => string = problem.explain;

/** Shows its children to staff only, or to admins. It hides; the right of an operation protects. */
export const StaffOnly: ComponentType<{ admin?: boolean; children: ReactNode }> = gate.StaffOnly;

/** The person who reads the console, and what they may do. */
export const useAudience: () => Audience = audience.useAudience;
