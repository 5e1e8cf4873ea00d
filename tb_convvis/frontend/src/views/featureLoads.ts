/**
 * When the Features view fetches: the overview of the step first, a window of epochs around it next, the maps'
 * own pictures once the slider rests.
 */

import { computed, effect, untracked } from "@preact/signals";
import { statusWants } from "../data/status";
import { seriesKey } from "../data/store";
import type { RunIndex, Series } from "../data/index";
import { openMap, orderRun, orderStep, orderTime, showMode, sortMode, spacingMode } from "../settings";
import { playing, speed } from "../playback";
import { position, shownAt, stepOf, stepsAsked, store } from "../state";
import { OVERVIEW, mosaics, restedAt, resting } from "./features";
import { FEATURE_HEAD, kernelWants, layerSeries, mapsAround, orderWants, patchesAt, strengthWants, strengthsHere, stripWants } from "./featureWants";
import { lane } from "./lane";
import { mapsInView, usesValues } from "./mapOrder";
import { probeAt, probeManifests } from "./probe";
import { DECODED_WHOLE, decodePicture } from "./probePictures";
import type { PanelProps } from "./view";
import { headsAround, headsAt, headsLack, sum } from "./windows";

/** The slider rests when it did not move for so many milliseconds. */
const REST = 120;
/** So many logs ahead are kept ready in the direction of the slider. */
const AHEAD = 4;
/** Decoded overviews take up to so many bytes: those nearest to a resting slider, a few every so many milliseconds. */
const DECODED_BYTES = 64 * 2 ** 20;
const DECODE_EVERY = 30;
const AT_ONCE = 4;

/** Playing at up to so many epochs per second, each of them is a rest. */
const RESTFUL = 5;

export async function loadFeatures(props: PanelProps, stop: AbortSignal): Promise<void> {
  const { indexes, layer } = props;
  const all = layerSeries(indexes, layer);
  restedAt.value = stepsAsked.peek();
  const order = usesValues.peek() ? orderWants(indexes, layer) : [];
  await store.ensure([...headsAt(all, FEATURE_HEAD), ...probeManifests(indexes, "pictures"), ...order], stop);
  if (stop.aborted) return;
  resting.value = true;
  const looks = [...mapsAround(all, openMap.peek()), ...patchesAt(indexes, layer, openMap.peek()), ...strengthsHere(indexes, layer)];
  const around = store.ensure([...looks, ...statusWants(indexes, "features"), ...headsAround(all, FEATURE_HEAD)], stop);
  const ends = [followSlider(props, all, around), followMap(props), followOrder(props)];
  stop.addEventListener("abort", () => ends.forEach((end) => end()), { once: true });
}

function followSlider({ indexes, layer }: PanelProps, all: readonly Series[], around: Promise<void>): () => void {
  const moving = lane();
  const rested = lane();
  const strengths = lane();
  let before = position.peek();
  let timer = 0;
  let frame = 0;
  let decoding = 0;
  let asked = false;
  let ended = false;

  // Nobody waits for these: they are decoded bit by bit, so that the slider finds them when it moves.
  const decodeAround = () => {
    clearTimeout(decoding);
    if (!ended && resting.peek() && decodeSome(indexes, all)) decoding = window.setTimeout(decodeAround, DECODE_EVERY);
  };

  const onRest = () => {
    resting.value = true;
    restedAt.value = stepsAsked.peek();
    const ahead = headsLack(all, FEATURE_HEAD, AHEAD) || headsLack(all, FEATURE_HEAD, -AHEAD);
    rested.fetch(
      [
        ...mapsAround(all, openMap.peek()),
        ...patchesAt(indexes, layer, openMap.peek()),
        ...(ahead ? headsAround(all, FEATURE_HEAD) : []),
      ],
      decodeAround,
    );
    decodeAround();
  };
  // What there is to decode when the view opens is hardly any of it.
  void around.then(decodeAround);

  // Where a frame took longer than the rest, where the slider went meanwhile is told only after it.
  const restNextFrame = () => {
    frame = requestAnimationFrame(() => {
      timer = window.setTimeout(onRest);
    });
  };

  const onStep = (target: number) => {
    const direction = Math.sign(target - before) || 1;
    const wasResting = resting.peek();
    if (target !== before) {
      resting.value = false;
      // Where the slider never moves, those of the other epochs are not seen.
      if (!asked) strengths.fetch(strengthWants(indexes, layer));
      asked = true;
      // What the slider has left is of no use any more, unless it is on its way to where it goes.
      if (mapsAround(all, openMap.peek()).length > 0) rested.drop();
    }
    before = target;
    decodeAhead(all, direction);
    if (headsLack(all, FEATURE_HEAD))
      moving.fetch(
        [...headsAround(all, FEATURE_HEAD), ...(wasResting ? mapsAround(all, openMap.peek()) : [])],
        // Only what came says what else there is to fetch.
        () => resting.peek() && onRest(),
      );
    else if (!wasResting && headsLack(all, FEATURE_HEAD, AHEAD * direction)) moving.fetch(headsAround(all, FEATURE_HEAD));
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    // Where an epoch takes long to draw, playing must not be taken for resting: that would make it longer still.
    if (!(playing.value && speed.value > RESTFUL)) timer = window.setTimeout(restNextFrame, REST);
  };

  // By their numbers: the order is told anew whenever something arrives, and most often is the same.
  const viewed = computed(() => mapsInView.value.join());
  const end = effect(() => {
    const target = position.value;
    void [showMode.value, playing.value];
    untracked(() => onStep(target));
    void viewed.value;
  });
  return () => {
    ended = true;
    end();
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    clearTimeout(decoding);
    moving.drop();
    strengths.drop();
    rested.drop();
  };
}

/** Overviews that will be drawn next are decoded before they are. */
function decodeAhead(all: readonly Series[], direction: number): void {
  for (const series of all) {
    const at = shownAt(series);
    for (let off = 0; off <= AHEAD; off++) decode(series, at + off * direction);
  }
}

/** Starts decoding some of what is here and was not decoded: overviews, the nearest first, then probe pictures. */
function decodeSome(indexes: readonly RunIndex[], all: readonly Series[]): boolean {
  let left = AT_ONCE;
  const reach = decodedReach(all);
  for (let off = 0; off <= reach; off++)
    for (const series of all)
      for (const at of [shownAt(series) + off, shownAt(series) - off])
        if (decode(series, at) && --left === 0) return true;
  const probes = indexes.flatMap((index) => probeAt(index, stepOf(index.run), "pictures") ?? []);
  for (const probe of probes.filter(({ facts }) => facts.count <= DECODED_WHOLE))
    for (let image = 0; image < probe.facts.count; image++)
      if (decodePicture(probe, image, indexes.length) && --left === 0) return true;
  return left < AT_ONCE;
}

/** How many logs around the slider have room, by the overviews that are shown now. */
function decodedReach(all: readonly Series[]): number {
  const shown = all.map((series) => mosaics.get(seriesKey(series, shownAt(series), OVERVIEW)));
  const bytes = sum(shown.map((one) => (one ? 4 * one.width * one.height : 0)));
  const longest = Math.max(0, ...all.map(({ steps }) => steps.length));
  return bytes > 0 ? Math.min(longest, Math.floor(DECODED_BYTES / bytes / 2)) : AHEAD;
}

function decode(series: Series, at: number): boolean {
  const bytes = store.blob(series, at, OVERVIEW)?.value;
  return bytes ? mosaics.want(seriesKey(series, at, OVERVIEW), bytes) : false;
}

/** What sorts the maps, of an epoch that may be another than the one shown. */
function followOrder({ indexes, layer }: PanelProps): () => void {
  const values = lane();
  const end = effect(() => {
    void [sortMode.value, orderStep.value, orderTime.value, orderRun.value, restedAt.value];
    untracked(() => usesValues.peek() && values.fetch(orderWants(indexes, layer)));
  });
  return () => {
    end();
    values.drop();
  };
}

/** The strip and the kernel of the enlarged map. */
function followMap({ indexes, layer }: PanelProps): () => void {
  const strip = lane();
  const kernel = lane();
  const ends = [
    effect(() => {
      const map = openMap.value;
      void spacingMode.value;
      untracked(() => {
        if (map === null) return;
        strip.fetch([
          ...stripWants(indexes, layer, map),
          ...patchesAt(indexes, layer, map),
          ...strengthWants(indexes, layer),
        ]);
      });
    }),
    effect(() => {
      if (openMap.value !== null) kernel.fetch(kernelWants(indexes, layer));
    }),
  ];
  return () => {
    ends.forEach((end) => end());
    strip.drop();
    kernel.drop();
  };
}
