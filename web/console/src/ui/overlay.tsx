import { t } from "@lingui/core/macro";
import { X } from "lucide-react";
import { DropdownMenu, Dialog as Radix, Popover as RadixPopover } from "radix-ui";
import { type ComponentProps, type ReactNode, useRef } from "react";
import { cx } from "../lib/cx";
import { IconButton } from "./button";

interface PanelProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
  testId?: string;
}

const VEIL = "fixed inset-0 z-40 animate-appear bg-veil";

function PanelHead({ title, description }: Pick<PanelProps, "title" | "description">) {
  return (
    <header className="flex items-start justify-between gap-4 border-line border-b px-5 py-4">
      <div className="min-w-0">
        <Radix.Title className="wrap-anywhere font-semibold text-base">{title}</Radix.Title>
        <Radix.Description className={description ? "wrap-anywhere mt-0.5 text-muted text-sm" : "sr-only"}>
          {description ?? title}
        </Radix.Description>
      </div>
      <Radix.Close asChild>
        <IconButton label={t`Close`} className="-mt-1.5 -mr-2">
          <X aria-hidden />
        </IconButton>
      </Radix.Close>
    </header>
  );
}

/** Gives the focus back to what opened a panel: it has no trigger of its own, so Radix does not know. */
function useFocusBack(open: boolean): (event: Event) => void {
  const opener = useRef<Element | null>(null);
  const wasOpen = useRef(false);
  // Read while rendering, for a field in the panel may take the focus before any effect runs.
  if (open && !wasOpen.current) opener.current = openerOf(document.activeElement);
  wasOpen.current = open;
  return (event) => {
    event.preventDefault();
    const target = opener.current?.isConnected ? opener.current : document.getElementById("main");
    if (target instanceof HTMLElement) target.focus();
  };
}

/** An item of a menu goes with it; its menu's button stays. */
function openerOf(element: Element | null): Element | null {
  const labelled = element?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return labelled ? document.getElementById(labelled) : element;
}

/** A dialog over the page, which keeps the focus while it is open. */
function Panel({
  open,
  onOpenChange,
  title,
  description,
  children,
  testId,
  className,
}: PanelProps & { className: string }) {
  const focusBack = useFocusBack(open);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={VEIL} />
        <Radix.Content
          data-testid={testId}
          onCloseAutoFocus={focusBack}
          className={cx("fixed z-50 flex flex-col border-line bg-raised shadow-float", className)}
        >
          <PanelHead title={title} description={description} />
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const DIALOG =
  "inset-x-0 bottom-0 max-h-[92dvh] animate-appear rounded-t-xl border " +
  "sm:top-[12dvh] sm:bottom-auto sm:mx-auto sm:max-h-[80dvh] sm:w-full sm:max-w-md sm:rounded-xl";

/** A question in the middle of the screen; on a phone it rises from the foot. */
export const Dialog = (panel: PanelProps) => <Panel {...panel} className={DIALOG} />;

const SHEET = "inset-y-0 right-0 w-full animate-slide-in border-l sm:max-w-xl";

/** Details beside the page they belong to, over its right edge. */
export const Sheet = (panel: PanelProps) => <Panel {...panel} className={SHEET} />;

/** A small panel at what opened it; as wide as a phone allows. */
export function Popover({
  open,
  onOpenChange,
  label,
  trigger,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  label: string;
  trigger: ReactNode;
  children: ReactNode;
}) {
  return (
    <RadixPopover.Root open={open} onOpenChange={onOpenChange}>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
          className="z-50 w-[min(24rem,calc(100vw-1rem))] animate-appear overflow-hidden rounded-lg border border-line bg-raised shadow-float outline-none"
        >
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}

export function Menu({
  trigger,
  children,
  align = "end",
}: {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "end";
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 min-w-52 animate-appear rounded-lg border border-line bg-raised p-1 shadow-float"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const ITEM =
  "flex min-h-10 cursor-pointer select-none items-center gap-2.5 rounded-[7px] px-2.5 text-sm outline-none sm:min-h-9 [&_svg]:size-4 [&_svg]:text-faint " +
  "data-highlighted:bg-hover data-disabled:pointer-events-none data-disabled:opacity-50";

export function MenuItem({
  className,
  danger,
  ...rest
}: ComponentProps<typeof DropdownMenu.Item> & { danger?: boolean }) {
  return (
    <DropdownMenu.Item {...rest} className={cx(ITEM, danger && "text-bad [&_svg]:text-bad", className)} />
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-2.5 py-1.5 text-faint text-xs">{children}</DropdownMenu.Label>;
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}
