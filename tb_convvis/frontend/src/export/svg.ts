/** Writes a figure as SVG, its pictures inside it pixel by pixel. */

import { FONT, type Figure, type Item, type Paint, captionOf, isExact } from "./figure";

/** Programs that open SVG files become unusable with more pictures than this. */
const MOST_PICTURES = 8_000;

/** Text for XML: what would end it is escaped, what XML cannot hold is left out. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const short = (value: number): number => Number(value.toFixed(3));

const painted = (name: string, paint: Paint | undefined): string =>
  paint ? ` ${name}="${paint.colour}"${paint.alpha < 1 ? ` ${name}-opacity="${short(paint.alpha)}"` : ""}` : ` ${name}="none"`;

/** Everything of an SVG but its pictures, which `embed` gives. */
export async function toSvg(figure: Figure, embed: (item: Item & { kind: "picture" }) => Promise<string> = dataUrl): Promise<Blob> {
  const { width, height, dpi, items } = figure;
  const count = items.filter(({ kind }) => kind === "picture").length;
  if (count > MOST_PICTURES) throw new Error(`An SVG of ${count} pictures is more than most programs can open. Take a PNG.`);
  const length = (dots: number) => (dpi === 96 ? `${dots}` : `${short(dots / dpi)}in`);
  const parts = [
    `<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
      `width="${length(width)}" height="${length(height)}" viewBox="0 0 ${width} ${height}" font-family="${FONT}">\n` +
      `<title>${escapeXml(figure.title)}</title>\n<desc>${escapeXml(captionOf(figure))}</desc>\n` +
      `<metadata>${escapeXml(figure.facts.map((fact) => fact.join(": ")).join("\n"))}</metadata>\n` +
      `<rect width="100%" height="100%" fill="#ffffff"/>\n`,
  ];
  for (const item of items) {
    if (item.kind === "picture") parts.push(picture(item, await embed(item)));
    else if (item.kind === "text")
      parts.push(
        `<text x="${short(item.x)}" y="${short(item.y)}" font-size="${item.size}"${item.bold ? ' font-weight="bold"' : ""}` +
          `${item.anchor ? ` text-anchor="${item.anchor}"` : ""}>${escapeXml(item.text)}</text>\n`,
      );
    else
      parts.push(
        `<path d="${escapeXml(item.d)}" transform="translate(${short(item.x)} ${short(item.y)})"${painted("fill", item.fill)}` +
          `${painted("stroke", item.stroke)} stroke-width="${item.width ?? 1}"${item.dash ? ` stroke-dasharray="${escapeXml(item.dash)}"` : ""} stroke-linejoin="round"/>\n`,
      );
  }
  return new Blob([...parts, "</svg>\n"], { type: "image/svg+xml" });
}

/** Both ways to name the picture and to ask for squares: drawing programs know the older ones. */
function picture(item: Item & { kind: "picture" }, url: string): string {
  const { left, top, width, height } = item.to;
  const squares = isExact(item) ? ' style="image-rendering:optimizeSpeed;image-rendering:pixelated"' : "";
  return `<image x="${short(left)}" y="${short(top)}" width="${short(width)}" height="${short(height)}" preserveAspectRatio="none"${squares} xlink:href="${url}"/>\n`;
}

async function dataUrl({ picture: source, from }: Item & { kind: "picture" }): Promise<string> {
  const canvas = new OffscreenCanvas(from.width, from.height);
  canvas.getContext("2d")?.drawImage(source, from.left, from.top, from.width, from.height, 0, 0, from.width, from.height);
  const png = await canvas.convertToBlob({ type: "image/png" });
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new Error("The browser could not read a picture back."));
    reader.readAsDataURL(png);
  });
}
