import { useRef } from "preact/hooks";

/** While an epoch is fetched, the one before stays, and the header says which it is. */
export function useSteady<P extends { state: string }>(panel: P, subject: string): P {
  const last = useRef<{ subject: string; panel: P } | null>(null);
  if (panel.state !== "loading") last.current = { subject, panel };
  return panel.state === "loading" && last.current?.subject === subject ? last.current.panel : panel;
}
