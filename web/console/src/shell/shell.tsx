import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Outlet, useRouter, useRouterState } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { lazyPart } from "../lib/lazy";
import { useRights } from "../live/hooks";
import { StatusBanner, StatusMenu } from "../live/status";
import { LiveToasts } from "../live/toasts";
import { loadModules } from "../modules/load";
import { MissingModules } from "../modules/missing-modules";
import { preloadChart } from "../parts/chart-card";
import { preloadPieces } from "../registry/registry";
import { Slot } from "../registry/slot";
import { Kbd } from "../ui/surface";
import { Login } from "./gate";
import { LeapBanner } from "./leap-banner";
import { FootNav, SideNav } from "./nav";
import type { PaletteProps } from "./palette";
import { SandboxClock } from "./sandbox-clock";
import { Unconfirmed } from "./unconfirmed";
import { UserMenu } from "./user-menu";
import { Wordmark } from "./wordmark";

const Palette = lazyPart(() => import("./palette"), "Palette", {
  waiting: () => null,
  missing: NoPalette,
});
/** The code of pages that are not open is read as soon as nothing else is to do, at the latest after this. */
const OTHERS_WITHIN_MS = 1_000;
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** The search cannot be had: it says so and is closed, so that it can be asked for again. */
function NoPalette({ open, onOpenChange, retry }: PaletteProps & { retry: () => void }) {
  useEffect(() => {
    if (!open) return;
    toast.error(t`The search is not on this device yet. Try again when you are back online.`, {
      id: "palette",
    });
    onOpenChange(false);
    retry();
  }, [open, onOpenChange, retry]);
  return null;
}

/** Focus moves to the new page's heading area after navigation, so that keyboard and screen reader start there. */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const previous = useRef(path);
  useEffect(() => {
    if (previous.current === path) return;
    previous.current = path;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path]);
  return main;
}

/** The rest of the code comes after the first page: whoever is cut off then still gets around, and reads what cannot be had. */
function useAllPages() {
  const router = useRouter();
  useEffect(() => {
    function all() {
      for (const { options } of Object.values(router.routesById)) {
        (options.component as { preload?: () => unknown } | undefined)?.preload?.();
      }
      void preloadPieces();
      void Palette.preload();
      void Login.preload();
      void preloadChart();
    }
    // Safari has no idle callbacks.
    const idle = window.requestIdleCallback?.(all, { timeout: OTHERS_WITHIN_MS });
    const timer = idle === undefined ? setTimeout(all, OTHERS_WITHIN_MS) : undefined;
    window.addEventListener("online", all);
    return () => {
      if (idle !== undefined) window.cancelIdleCallback(idle);
      clearTimeout(timer);
      window.removeEventListener("online", all);
    };
  }, [router]);
}

/** The frame around every page of somebody who is signed in. */
export function Shell() {
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [paletteWanted, setPaletteWanted] = useState(false);
  const main = useFocusOnNavigation();
  useAllPages();
  useEffect(loadModules, []);
  const { staff } = useRights();
  useEffect(() => {
    if (paletteOpen) setPaletteWanted(true);
  }, [paletteOpen]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setPaletteOpen((open) => !open);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-primary px-4 py-2 font-medium text-on-primary text-sm focus:translate-y-0"
      >
        <Trans>Skip to content</Trans>
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col border-line border-r bg-surface py-5 lg:flex">
        <Wordmark className="mb-7 px-6" />
        <SideNav />
        <div className="mt-auto px-3">
          <UserMenu wide />
        </div>
      </aside>
      <div className="flex min-w-0 flex-col">
        <div className="sticky top-0 z-30 border-line border-b bg-page">
          <header className="mx-auto flex h-14 w-full max-w-6xl items-center gap-2 px-4 sm:px-6">
            <Wordmark className="lg:hidden" />
            <button
              type="button"
              onClick={() => setPaletteOpen(true)}
              aria-keyshortcuts="Control+K Meta+K"
              className="ml-auto inline-flex h-11 items-center gap-2 rounded-md px-3 text-faint text-sm hover:bg-hover sm:h-9 lg:ml-0 lg:w-72 lg:border lg:border-line lg:bg-surface"
            >
              <Search className="size-4" aria-hidden />
              <span className="max-lg:sr-only">{staff ? t`Search people and pages` : t`Search`}</span>
              <span aria-hidden className="ml-auto max-lg:hidden">
                <Kbd>{MAC ? "⌘ K" : t`Ctrl K`}</Kbd>
              </span>
            </button>
            <div className="flex min-w-0 items-center lg:ml-auto">
              <SandboxClock />
              <StatusMenu />
              <Slot name="header" />
              <div className="shrink-0 lg:hidden">
                <UserMenu />
              </div>
            </div>
          </header>
          <StatusBanner />
          <LeapBanner />
          <Unconfirmed />
          <MissingModules />
        </div>
        <main
          id="main"
          ref={main}
          tabIndex={-1}
          className="mx-auto w-full max-w-6xl flex-1 px-4 py-6 outline-none sm:px-6 sm:py-8"
        >
          <Outlet />
        </main>
      </div>
      <FootNav />
      {paletteWanted && <Palette open={paletteOpen} onOpenChange={setPaletteOpen} />}
      <LiveToasts />
      <Slot name="background" />
    </div>
  );
}
