/** The charts that stand on the screen, as figures: their lines stay lines. */

import type { RunIndex } from "../data/index";
import { type Facts, type Item, type Paint, wrap } from "./figure";
import type { Offer } from "./offer";

/**
 * Offers every chart in the run's columns.
 *
 * @param title of the run
 * @param name what the names of the files begin with
 */
export function chartOffers({ run }: RunIndex, title: string, name: readonly string[], facts: () => Facts): Offer[] {
  const columns = [...document.querySelectorAll<HTMLElement>("#view [data-run]")].filter(({ dataset }) => dataset["run"] === run);
  return columns
    .flatMap((column) => [...column.querySelectorAll<HTMLElement>(".chart:has(svg)")])
    .map((chart) => {
      const label = chart.querySelector("svg")?.getAttribute("aria-label") ?? "chart";
      return {
        title: label,
        draw: (sheet) => {
          const heading = label.includes(title) ? label : `${title}: ${label}`;
          const head = wrap(heading, chart.clientWidth, (text) => 0.6 * sheet.text * text.length);
          const top = Math.round(1.4 * sheet.text * (head.length + 0.5));
          const words = head.map((text, at): Item => ({ kind: "text", text, x: 0, y: Math.round(1.4 * sheet.text * (at + 0.8)), size: sheet.text, bold: true }));
          return {
            ...sheet, width: chart.clientWidth, height: top + chart.clientHeight, title: heading,
            items: [...words, ...chartItems(chart, top)], facts: facts(), name: [...name, label],
          };
        },
      };
    });
}

/** All that is drawn in an element, whose upper left corner comes to stand at this height. */
export function chartItems(chart: HTMLElement, top: number): Item[] {
  return inLightTheme(() => itemsOf(chart, top));
}

/** Paper is white whatever the theme: the styles are read as they are in the light one, which is never painted. */
function inLightTheme<T>(read: () => T): T {
  const { dataset } = document.documentElement;
  const theme = dataset["theme"];
  dataset["theme"] = "light";
  try {
    return read();
  } finally {
    dataset["theme"] = theme ?? "light";
  }
}

function itemsOf(chart: HTMLElement, top: number): Item[] {
  const frame = chart.getBoundingClientRect();
  const paintOf = colourReader();
  const canvases = [...chart.querySelectorAll("canvas")].map((canvas): Item => {
    const { left, top: above, width, height } = canvas.getBoundingClientRect();
    const picture = new OffscreenCanvas(canvas.width, canvas.height);
    picture.getContext("2d")?.drawImage(canvas, 0, 0);
    const from = { left: 0, top: 0, width: canvas.width, height: canvas.height };
    return { kind: "picture", picture, from, to: { left: left - frame.left, top: top + above - frame.top, width, height } };
  });
  const shapes = [...chart.querySelectorAll<SVGGraphicsElement>("line, path, rect, circle, text")].flatMap((shape): Item[] => {
    const style = getComputedStyle(shape);
    const place = shape.getCTM();
    const corner = shape.ownerSVGElement?.getBoundingClientRect() ?? frame;
    const x = corner.left - frame.left + (place?.e ?? 0);
    const y = top + corner.top - frame.top + (place?.f ?? 0);
    const size = parseFloat(style.fontSize);
    if (shape.tagName === "text") {
      const shift = shape.getAttribute("dy") ?? "0";
      const down = parseFloat(shift) * (shift.endsWith("em") ? size : 1);
      return [{
        kind: "text", text: shape.textContent ?? "", x: x + number(shape, "x"), y: y + number(shape, "y") + down, size,
        bold: Number(style.fontWeight) >= 600, anchor: style.textAnchor as "start" | "middle" | "end",
      }];
    }
    const fill = shape.tagName === "line" ? undefined : paintOf(style.fill, style.fillOpacity);
    const stroke = paintOf(style.stroke, style.strokeOpacity);
    const d = pathOf(shape);
    if (!d || (!fill && !stroke)) return [];
    const dash = style.strokeDasharray === "none" ? {} : { dash: style.strokeDasharray.replace(/px|,/g, "") };
    return [{ kind: "path", d, x, y, width: parseFloat(style.strokeWidth), ...dash, ...(fill && { fill }), ...(stroke && { stroke }) }];
  });
  return [...canvases, ...shapes];
}

const number = (shape: Element, name: string): number => Number(shape.getAttribute(name) ?? 0);

function pathOf(shape: SVGGraphicsElement): string {
  const [x, y, width, height, r] = ["x", "y", "width", "height", "r"].map((name) => number(shape, name)) as [number, number, number, number, number];
  switch (shape.tagName) {
    case "line":
      return `M${number(shape, "x1")} ${number(shape, "y1")}L${number(shape, "x2")} ${number(shape, "y2")}`;
    case "rect":
      return `M${x} ${y}h${width}v${height}h${-width}z`;
    case "circle":
      return `M${number(shape, "cx") - r} ${number(shape, "cy")}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
    default:
      return shape.getAttribute("d") ?? "";
  }
}

/** Reads any colour that a style sheet can have as #rrggbb, which all programs know; none where nothing is seen. */
function colourReader(): (css: string, opacity: string) => Paint | undefined {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const known = new Map<string, Paint>();
  return (css, opacity) => {
    if (!context || css === "none") return undefined;
    let paint = known.get(css);
    if (!paint) {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = css;
      context.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
      const colour = `#${[red, green, blue].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
      known.set(css, (paint = { colour, alpha: alpha / 255 }));
    }
    return paint.alpha > 0 ? { ...paint, alpha: paint.alpha * Number(opacity) } : undefined;
  };
}
