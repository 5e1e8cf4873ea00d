/** The few signs the page uses, drawn on a 24-pixel square. */

const PATHS = {
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  previous: "M15.5 6 9.5 12l6 6",
  next: "M8.5 6l6 6-6 6",
  close: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  reload: "M18.5 12a6.5 6.5 0 1 1-2-4.7M18.8 4.5v4h-4",
  fold: "M7 10l5 5 5-5",
  export: "M12 15.5v-11M8 8.5l4-4 4 4M5 12.5v7h14v-7",
} as const;

const FILLED: ReadonlySet<string> = new Set(["play", "pause"]);

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class={FILLED.has(name) ? "icon filled" : "icon"} viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
