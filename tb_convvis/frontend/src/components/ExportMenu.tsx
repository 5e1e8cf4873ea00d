/** What can be taken along: a link, figures of one run, tables of all shown runs. */

import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { View } from "../views/view";
import { CopyLink } from "./CopyLink";
import { Icon } from "./Icon";

export function ExportMenu({ view }: { view: View }) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>("[role=dialog]")?.focus();
    const leave = ({ target }: Event) => {
      if (target instanceof Node && !root.current?.contains(target)) setOpen(false);
    };
    document.addEventListener("pointerdown", leave);
    return () => document.removeEventListener("pointerdown", leave);
  }, [open]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open) return;
    event.preventDefault();
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div class="export" ref={root} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        class="plain"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label="export"
        title="Export: link, figures, numbers"
        onClick={() => setOpen(!open)}
      >
        <Icon name="export" />
      </button>
      {open && (
        <div class="export-menu" role="dialog" aria-label="export" tabIndex={-1}>
          <CopyLink />
          <Offers view={view} />
        </div>
      )}
    </div>
  );
}

/** What makes the files is fetched when the menu is first opened. */
function Offers({ view }: { view: View }) {
  const [panel, setPanel] = useState<ComponentType<{ view: string }> | null>(null);
  const [trouble, setTrouble] = useState(false);
  useEffect(() => {
    import("./ExportPanel").then(
      ({ ExportPanel }) => setPanel(() => ExportPanel),
      () => setTrouble(true),
    );
  }, []);
  if (trouble) return <p class="said" role="alert">What makes figures could not be loaded: reload the page.</p>;
  const Panel = panel;
  return Panel && <Panel view={view.id} />;
}
