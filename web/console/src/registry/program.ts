/** What a program brings to the console, as its module declares it. The console's own programs and those of others use the same words. */
import type { BalanceView, GroatError, KindView, RequestView, TransitionView, UserView } from "@groat/client";
import type { HistoryRow } from "@groat/react";
import type { ComponentType, FunctionComponent } from "react";

export type Icon = ComponentType<{ className?: string; "aria-hidden"?: boolean }>;

/** A component whose code may come later; `preload` fetches it ahead. */
export type Piece<Props = object> = FunctionComponent<Props> & { preload?: () => Promise<void> };

/** The person who reads the console: what a program offers may depend on it. */
export interface Audience {
  user: string;
  /** Reads what concerns everybody. */
  staff: boolean;
  /** Decides everything. */
  admin: boolean;
  /** Has a balance on the main account. */
  funded: boolean;
  /** The kinds of requests that this server has, by name. */
  kinds: ReadonlyMap<string, KindView>;
  /** The names of the programs that this server has turned on. */
  programs: ReadonlySet<string>;
}

export interface Page {
  /** The address: "/loans", or with a parameter "/loans/$id". It begins with a segment that no other program has. */
  path: string;
  component: Piece;
  /** Reads the search part of the address; what it returns is the page's search. */
  search?: (given: Record<string, unknown>) => Record<string, unknown>;
}

export interface NavEntry {
  /** The address of a page. */
  to: string;
  label: string;
  /** The label in the bar at the foot of a phone. */
  short?: string;
  icon: Icon;
  /** "own": the person's own money and requests. "staff": the administration. */
  section: "own" | "staff";
  /** The place among the others, the smallest first; 40 unless given. The console's own: balance or inbox 0, requests 50 or 10, users 20, the rest from 60 on. */
  order?: number;
  /** Without it everybody has the entry who has its section. */
  when?: (audience: Audience) => boolean;
}

/** An entry of the command palette that leads to a page. */
export interface PaletteEntry {
  label: string;
  icon: Icon;
  to: string;
  search?: Record<string, unknown>;
  /** Further words by which it is found. */
  keywords?: string[];
  when?: (audience: Audience) => boolean;
}

export interface FaceProps {
  kind: KindView;
  request: RequestView;
}

export interface FormProps {
  kind: KindView;
  /** For whom is filed: the id of a person, the reader or whom staff chose, or the stream of another owner, "house:promo". */
  owner: string;
  /** The text of the button that files. */
  act: string;
  /** Values from the address with which the form may begin. */
  given: Record<string, unknown>;
  /** Files, and goes to what was filed. Throws GroatError. */
  send: (data: Record<string, unknown>) => Promise<void>;
}

export interface ActFormProps {
  kind: KindView;
  request: RequestView;
  transition: TransitionView;
  /** Takes the transition. Throws GroatError. */
  act: (input: Record<string, unknown>) => Promise<void>;
  /** Says in words why it was refused. */
  explain: (error: GroatError) => string;
  onClose: () => void;
}

/** The form of a transition: the program's own, or a preview below the one made from the schema. */
export interface ActModule {
  /** The title of the dialog with `Form`. */
  title?: string;
  Form?: Piece<ActFormProps>;
  /** Shown below the form that is made from the schema; `typed` are its fields as they are typed, by path. */
  Preview?: Piece<{ kind: KindView; request: RequestView; typed: Record<string, string | boolean> }>;
}

/** The looks of a kind of requests. What it does not bring is made from the kind's declaration. */
export interface KindModule {
  /** Fields of its data. They tell it from the kind of the same name that another program may have. */
  fields?: readonly string[];
  /** The title of many of them, where it is not simply the plural of the kind's title. */
  plural?: string;
  /** The page where its owner finds it; without one it is among the other requests. */
  page?: { to: string; label: string };
  /** Describes a request in a line, without its amount. */
  Line?: ComponentType<{ request: RequestView }>;
  /** Shows the data of a request. */
  Face?: Piece<FaceProps>;
  /** Tells a request from its like in a few signs, "••4711"; "" if nothing does. */
  mark?: (request: RequestView) => string;
  /** The form that files one, for its owner and for staff, and the title of its page; for staff that is "New loan" unless given. */
  form?: { title: string; staffTitle?: string; Form: Piece<FormProps> };
  /** By the name of the transition. */
  acts?: Record<string, ActModule>;
}

/** Components that a program puts into pages of the console. */
export interface Slots {
  /** In the head of every page. */
  header?: ComponentType;
  /** Mounted as long as somebody is signed in; it renders nothing, or what floats above the page. */
  background?: ComponentType;
  /** In the head of the overview; `balance` is the one that is looked at. */
  overview?: ComponentType<{ balance: BalanceView }>;
  /** In the head of the page of a person (staff). */
  person?: ComponentType<{ person: UserView }>;
  /** Below the balances of that page; `balance` is the one that is looked at. */
  money?: ComponentType<{ person: UserView; balance: BalanceView }>;
  /** Below a line of "why this number". */
  why?: ComponentType<{ row: HistoryRow }>;
}

/** By the English of the declaration; what is not there stays English. */
export interface DeclaredTexts {
  /** Titles and descriptions of kinds, titles of states and transitions. */
  titles?: Readonly<Record<string, string>>;
  /** Names of fields ("Spending limit" for `spending_limit`), what stands below them, and their choices. */
  fields?: Readonly<Record<string, string>>;
  /** Titles and sentences of notifications, with their values as "{name}". */
  notices?: Readonly<Record<string, string>>;
  /** Names of the categories of notifications ("Top ups" for `top_ups`). */
  categories?: Readonly<Record<string, string>>;
}

export interface ConsoleProgram {
  /** The name of the program on the server. */
  name: string;
  pages?: readonly Page[];
  nav?: readonly NavEntry[];
  palette?: readonly PaletteEntry[];
  /** By the name of the kind. */
  kinds?: Readonly<Record<string, KindModule>>;
  /** The texts of these kinds' declarations, and of the program's notifications, in the language of the page. */
  texts?: DeclaredTexts;
  slots?: Slots;
  /** The icons of categories of notifications. */
  categories?: Readonly<Record<string, Icon>>;
  /** The page of what a notification is about, by the kind of the subject: "/grants/$id". */
  subjects?: Readonly<Record<string, string>>;
}

/** Declares what a program brings; for its types. */
export const defineProgram = (program: ConsoleProgram): ConsoleProgram => program;
