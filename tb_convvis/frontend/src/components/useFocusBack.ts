/** Gives the focus back to what opened a panel, when the panel goes while it holds the focus. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** @param opener selects what the focus goes to */
export function useFocusBack(panel: RefObject<HTMLElement | null>, opener: string): void {
  const latest = useRef(opener);
  latest.current = opener;
  // Not a passive effect, whose end comes when the panel is gone already, and the focus with it.
  useLayoutEffect(
    () => () => {
      if (panel.current?.contains(document.activeElement)) document.querySelector<HTMLElement>(latest.current)?.focus();
    },
    [panel],
  );
}
