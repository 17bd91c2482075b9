/** Parts of the console whose code comes when it is needed, and may not come: the device is offline, or a newer version is out. */
import { type ComponentType, createElement, useEffect, useState } from "react";

interface Missing {
  /** Asks for the code again. */
  retry: () => void;
}

/**
 * A component of a module that is loaded when it is first shown, or before, by `preload`. A failure is no dead end: `missing` is shown
 * in its place, and it is asked for again by `retry`, and by itself when the network is back.
 */
export function lazyPart<Name extends string, Props extends object>(
  load: () => Promise<Record<Name, ComponentType<Props>>>,
  name: Name,
  { waiting: Waiting, missing: Missing }: { waiting: ComponentType; missing: ComponentType<Props & Missing> },
) {
  let part: ComponentType<Props> | null = null;
  let loading: Promise<void> | null = null;

  function fetchPart(): Promise<void> {
    if (part) return Promise.resolve();
    loading ??= load()
      .then((module) => {
        part = module[name];
      })
      .finally(() => {
        loading = null;
      });
    return loading;
  }

  function Part(props: Props) {
    const [state, setState] = useState<"waiting" | "there" | "missing">(part ? "there" : "waiting");
    useEffect(() => {
      if (state !== "waiting") return undefined;
      let left = false;
      fetchPart().then(
        () => !left && setState("there"),
        (error: unknown) => {
          console.warn("a part of the page could not be loaded", error);
          if (!left) setState("missing");
        },
      );
      return () => {
        left = true;
      };
    }, [state]);
    useEffect(() => {
      if (state !== "missing") return undefined;
      const again = () => setState("waiting");
      window.addEventListener("online", again);
      return () => window.removeEventListener("online", again);
    }, [state]);
    if (state === "there" && part) return createElement(part, props);
    if (state === "missing") return <Missing {...props} retry={() => setState("waiting")} />;
    return <Waiting />;
  }
  /** Gets the code ahead; that it cannot be had is told when it is needed. */
  Part.preload = () => fetchPart().catch(() => undefined);
  return Part;
}
