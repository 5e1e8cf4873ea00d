/** While an epoch is fetched, the one before stays. */

import { useRef } from "preact/hooks";

/** @param subject of what the panel is: nothing stays from another one */
export function useSteady<T extends { state: string }>(panel: T, subject: string): T {
  const last = useRef<{ subject: string; panel: T } | null>(null);
  if (panel.state !== "loading") last.current = { subject, panel };
  return panel.state === "loading" && last.current?.subject === subject ? last.current.panel : panel;
}
