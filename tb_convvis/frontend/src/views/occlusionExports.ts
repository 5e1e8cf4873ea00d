/** What the Occlusion view has to export. */

import type { Table } from "../export/csv";
import type { Facts, Figure, Sheet } from "../export/figure";
import type { ExportProps, Offer } from "../export/offer";
import { LEFT_OUT, factsOf, factsOfAll, leftOut, together } from "../export/provenance";
import type { RunIndex } from "../data/index";
import { plural } from "../lib/words";
import { plotMode } from "../settings";
import { shownAt, stepOf, store, titles } from "../state";
import {
  type OcclusionReady, activationShares, classNameOf, classesAt, commonOf, currentPicture, lossOf, occludedPictures, occlusionSeries, panelOf, probeOf, soundRecord,
} from "./occlusion";
import { occlusionFigure, scaleFacts } from "./occlusionFigure";
import { readOcclusion } from "./occlusionTiles";
import { geometryWords, labelWords } from "./occlusionWords";
import { probeManifests } from "./probe";

/** The manifest, the grids, the strongest activations. */
const HEAD = [0, 1, 2, 3, 4];

export function occlusionExports({ index, indexes, layer }: ExportProps): Offer[] {
  const image = currentPicture(occludedPictures(indexes, layer));
  if (image < 0) return [];
  const figure = (of: readonly RunIndex[], title: string, name: readonly string[]) => (sheet: Sheet) => draw(sheet, of, indexes, layer, image, title, name);
  const run = titles.value.get(index.run) ?? index.run;
  return [
    { title: `Picture ${image}, all panels`, draw: figure([index], `${run}: occlusion of picture ${image}`, [run]) },
    { title: "Fig. 7: occlusion, all shown runs", paper: true, draw: figure(indexes, `Occlusion of picture ${image}`, ["fig7"]) },
    { title: `Picture ${image} at each position, shown epoch`, table: () => positions(indexes, layer, image, stepOf(index.run)) },
    { title: `Picture ${image} at each position, all epochs`, table: () => positions(indexes, layer, image, null) },
  ];
}

function occluderWords(facts: OcclusionReady["record"]["facts"]): string {
  return geometryWords(facts).replace(/^occluder /, "");
}

/** The runs that occluded the picture, at the epochs they show. */
function shown(indexes: readonly RunIndex[], layer: string, image: number): { index: RunIndex; panel: OcclusionReady; place: number }[] {
  return indexes.flatMap((index) => {
    const panel = panelOf(index, layer);
    const place = panel.state === "ready" ? panel.record.facts.images.indexOf(image) : -1;
    return panel.state === "ready" && place >= 0 ? [{ index, panel, place }] : [];
  });
}

async function draw(sheet: Sheet, of: readonly RunIndex[], all: readonly RunIndex[], layer: string, image: number, title: string, name: readonly string[]): Promise<Figure> {
  const ready = shown(of, layer, image);
  if (ready.length === 0) throw new Error("This run has no maps of the picture.");
  const common = commonOf(all, layer, image);
  const rows = await Promise.all(
    ready.map(({ index, panel, place }) => {
      const step = panel.series.steps[panel.at] ?? 0;
      return readOcclusion(`${titles.value.get(index.run) ?? index.run}, epoch ${step}`, panel, place, probeOf(index, step, panel.record));
    }),
  );
  const facts = ready.map(({ index, panel: { record, series, at }, place }, row) => {
    const label = classNameOf(rows[row]?.probe ?? null, record.facts.labels[place] ?? 0);
    const own: Facts = [
      ["picture", String(image)],
      ["map", String(record.facts.strongestMap[place] ?? 0)],
      ["class", `${label}, the ${labelWords(record.facts)}`],
      ["occluder", occluderWords(record.facts)],
      ["plotted", plotMode.value === "average" ? "averaged over the positions that cover a pixel" : "at the centre of the occluder"],
      ...scaleFacts(common),
      ...(rows[row]?.damaged ? [[LEFT_OUT, `${plural(rows[row].damaged, "picture")} (damaged)`] as const] : []),
    ];
    return factsOf(index, layer, series, at, own);
  });
  const epochs = ready.map(({ panel }) => panel.series.steps[panel.at]);
  return occlusionFigure({ ...sheet, title: `${title} by ${layer}, epoch ${[...new Set(epochs)].join(" and ")}`, facts: together(facts), name: [...name, layer, `epoch${epochs[0]}`, `picture${image}`] }, rows, common);
}

/** @param only null for all epochs; else that of the name, of what each run shows */
async function positions(indexes: readonly RunIndex[], layer: string, image: number, only: number | null): Promise<Table> {
  const all = indexes.flatMap((index) => {
    const series = occlusionSeries(index, layer);
    const at = !series ? [] : only === null ? series.steps.map((_, place) => place) : [shownAt(series)].filter((place) => place >= 0);
    return series && at.length > 0 ? [{ index, series, at }] : [];
  });
  await store.need([
    ...all.map(({ series, at }) => ({ series, positions: at, indices: HEAD, bytesPerStep: 2 ** 16 })),
    ...probeManifests(indexes, "occlusion"),
  ]);
  function* rows() {
    for (const { index, series, at } of all)
      for (const one of at) {
        const record = soundRecord(series, one);
        const place = record?.facts.images.indexOf(image) ?? -1;
        if (!record || place < 0) continue;
        const epoch = series.steps[one] ?? 0;
        const probe = probeOf(index, epoch, record);
        const { facts } = record;
        const grids = record.grids(place);
        const classes = classesAt({ facts, grids });
        const shares = activationShares(record, place);
        for (const [number, probability] of grids.probability.entries()) {
          const label = classes[number] ?? Number.NaN;
          yield [
            index.run, layer, epoch, image, facts.rows[Math.floor(number / facts.cols.length)] ?? null, facts.cols[number % facts.cols.length] ?? null,
            probability, lossOf(record, place, probability), Number.isNaN(label) ? null : classNameOf(probe, label),
            facts.strongestMap[place] ?? null, grids.activation[number] ?? null, shares[number] ?? null,
          ];
        }
      }
  }
  return {
    columns: ["run", "layer", "epoch", "image", "row", "col", "probability", "drop", "class", "map", "activation", "share"],
    rows: rows(),
    facts: all.map(({ index, series, at }) => {
      const records = at.map((one) => soundRecord(series, one));
      const record = records.find(Boolean);
      const damaged = at.filter((_, place) => !records[place]).map((one) => series.steps[one] ?? 0);
      const own: Facts = [["picture", String(image)], ["occluder", record ? occluderWords(record.facts) : "not known"], ...leftOut(damaged, at.length)];
      return only === null ? factsOfAll(index, layer, series, own) : factsOf(index, layer, series, at[0] ?? -1, own);
    }),
    name: [layer, ...(only === null ? [] : [`epoch${only}`]), `picture${image}`, "occlusion"],
  };
}
