/** A line for each figure and table, with a button for each format; and what became of the last one. */

import { useState } from "preact/hooks";
import { wordsOf } from "../api";
import { toCsv } from "../export/csv";
import { COLUMNS, type Facts, type Figure, type Sheet, letGo, paperSheet, screenSheet, withCaption } from "../export/figure";
import type { FigureOffer, Offer, TableOffer } from "../export/offer";
import { LEFT_OUT } from "../export/provenance";
import { fits, pixelSize, toPng } from "../export/raster";
import { fileName, save } from "../export/save";
import { toSvg } from "../export/svg";
import { Segmented } from "./Segmented";

/** Pixels per dot. */
const SCALES = [1, 2, 4];

type Column = keyof typeof COLUMNS;

interface Said {
  words: string;
  /** What is offered instead. */
  instead?: { words: string; go: () => void };
}

export function ExportRows({ offers }: { offers: readonly Offer[] }) {
  const [column, setColumn] = useState<Column>("double");
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<Said | null>(null);

  const run = async (what: string, work: () => Promise<Said>) => {
    if (busy) return;
    setBusy(true);
    setSaid({ words: `Making ${what} …` });
    // What is said is painted before the work begins.
    await new Promise((resolve) => setTimeout(resolve, 30));
    try {
      setSaid(await work());
    } catch (error) {
      setSaid({ words: `Not exported: ${wordsOf(error)}` });
    }
    setBusy(false);
  };
  const give = (file: Blob, name: string, facts: Facts): Said => {
    save(file, name);
    const lacking = facts.filter(([fact]) => fact === LEFT_OUT).map(([, what]) => `; left out: ${what}`);
    return { words: `Saved ${name} (${Math.ceil(file.size / 1024)} kB)${lacking.join("")}` };
  };
  const withFigure = (offer: FigureOffer, what: string, write: (figure: Figure) => Promise<Said>) =>
    run(what, async () => {
      const figure = await offer.draw(offer.paper ? paperSheet(COLUMNS[column]) : screenSheet(columnWidth()));
      try {
        return await write(withCaption(figure));
      } finally {
        letGo(figure);
      }
    });
  const png = (offer: FigureOffer, scale: number): Promise<void> =>
    withFigure(offer, "a PNG", async (figure) => {
      if (!fits(figure, scale)) return tooLarge(figure, scale, (smaller) => void png(offer, smaller));
      return give(await toPng(figure, scale), fileName([...figure.name, ...(scale > 1 ? [`${scale}x`] : [])], "png"), figure.facts);
    });
  const svg = (offer: FigureOffer) => withFigure(offer, "an SVG", async (figure) => give(await toSvg(figure), fileName(figure.name, "svg"), figure.facts));
  const csv = (offer: TableOffer) =>
    run("a CSV", async () => {
      const table = await offer.table();
      return give(await toCsv(table), fileName(table.name, "csv"), table.facts.flat());
    });

  const button = (text: string, title: string, go: () => Promise<void>) => (
    <button type="button" class="choice" aria-disabled={busy} aria-label={`${text}: ${title}`} onClick={() => void go()}>
      {text}
    </button>
  );
  const line = (offer: Offer) => (
    <li key={offer.title}>
      <span title={offer.title}>{offer.title}</span>
      {"table" in offer ? (
        button("CSV", offer.title, () => csv(offer))
      ) : (
        <>
          {(offer.paper ? [1] : SCALES).map((scale) =>
            button(offer.paper ? "PNG 300 dpi" : `${scale === 1 ? "PNG " : ""}${scale}×`, offer.title, () => png(offer, scale)),
          )}
          {button("SVG", offer.title, () => svg(offer))}
        </>
      )}
    </li>
  );
  const screen = offers.filter((offer) => "draw" in offer && !offer.paper);
  const paper = offers.filter((offer) => "draw" in offer && offer.paper);
  const tables = offers.filter((offer) => "table" in offer);
  return (
    <div aria-busy={busy}>
      {screen.length > 0 && <h3>As on the screen</h3>}
      <ul>{screen.map(line)}</ul>
      {paper.length > 0 && (
        <>
          <h3>For a paper</h3>
          <Segmented
            label="Width"
            value={column}
            onChange={setColumn}
            choices={[
              { value: "single", text: `one column, ${COLUMNS.single} in` },
              { value: "double", text: `two, ${COLUMNS.double} in` },
            ]}
          />
          <ul>{paper.map(line)}</ul>
        </>
      )}
      {tables.length > 0 && <h3>Numbers of all shown runs</h3>}
      <ul>{tables.map(line)}</ul>
      <p class="said" role="status">
        {said?.words}{" "}
        {said?.instead && (
          <button type="button" class="link" onClick={said.instead.go}>
            {said.instead.words}
          </button>
        )}
      </p>
    </div>
  );
}

function tooLarge(figure: Sheet & { height: number }, scale: number, go: (scale: number) => void): Said {
  const [width, height] = pixelSize(figure, scale);
  const words = `${width} × ${height} pixels are more than the browser can draw.`;
  const smaller = SCALES.findLast((one) => one < scale && fits(figure, one));
  return smaller === undefined ? { words: `${words} Take the SVG.` } : { words, instead: { words: `Save ${smaller}×`, go: () => go(smaller) } };
}

/** Width that a run's figures have on the screen, in CSS pixels. */
function columnWidth(): number {
  return Math.max(240, document.querySelector("#view .column")?.clientWidth ?? 800);
}
