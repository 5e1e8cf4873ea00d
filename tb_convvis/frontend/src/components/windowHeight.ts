import { signal } from "@preact/signals";

/** The height of the window in CSS pixels; follows it. A hidden tab has none: what is drawn keeps the one it had. */
export const windowHeight = signal(700);

function measure(): void {
  if (window.innerHeight > 0) windowHeight.value = window.innerHeight;
}

if (typeof window !== "undefined") {
  window.addEventListener("resize", measure);
  measure();
}
