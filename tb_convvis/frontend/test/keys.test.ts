// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { onKey } from "../src/keys";
import { layers, layersKnown } from "../src/layers";
import { pause, play, playing, speed } from "../src/playback";
import { layerPath, openFilter, openMap, pins, restore, serialise, shortcuts, viewId } from "../src/settings";
import { goTo, helpOpen, indexes, position, runList, timeline } from "../src/state";
import { series } from "./make";

const ours = (run: string, steps: number[]) => ({
  run,
  group: run,
  weights: [],
  scalars: [],
  problem: null,
  series: [series(steps, { run }), series(steps, { run, tag: "convvis/filters/conv2", subject: "conv2" })],
});

function press(key: string, target: EventTarget = document.body): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  target.addEventListener("keydown", (seen) => onKey(seen as KeyboardEvent), { once: true });
  target.dispatchEvent(event);
  return event;
}

beforeEach(() => {
  restore(new Map());
  pause();
  helpOpen.value = false;
  runList.value = { total: 2, tensorboardRuns: 2, runs: [{ run: "a", group: "a" }, { run: "b", group: "b" }] };
  indexes.value = [ours("a", [0, 1, 5]), ours("b", [0, 2, 5])];
});

describe("the layers", () => {
  it("do not wait for a record of the network that cannot be read", () => {
    const model = series([], { kind: "run", subject: "model", tag: "convvis/run/model", error: "damaged" });
    indexes.value = [{ ...ours("a", [0]), series: [model, ...ours("a", [0]).series] }];
    expect(layersKnown.value).toBe(true);
    expect(layers.value).toEqual(["conv1", "conv2"]);
  });
});

describe("the time axis", () => {
  it("is the union of the shown runs, and stands at its end", () => {
    expect(timeline.value).toEqual([0, 1, 2, 5]);
    expect(position.value).toBe(5);
  });

  it("follows the newest epoch from its end, and only from there", () => {
    goTo(5);
    indexes.value = [ours("a", [0, 1, 5, 6]), ours("b", [0])];
    expect(position.value).toBe(6);
    goTo(1);
    indexes.value = [ours("a", [0, 1, 5, 6, 7]), ours("b", [0])];
    expect(position.value).toBe(1);
  });
});

describe("keys", () => {
  it("go to the previous and the next logged epoch", () => {
    press(",");
    expect(position.value).toBe(2);
    press(",");
    press(",");
    press(",");
    expect(position.value).toBe(0);
    press(".");
    expect(position.value).toBe(1);
  });

  it("go through the layers", () => {
    press("]");
    expect(layerPath.value).toBe("conv2");
    press("]");
    expect(layerPath.value).toBe("conv2");
    press("[");
    expect(layerPath.value).toBe("conv1");
  });

  it("open and close the help, then the enlarged filter", () => {
    openFilter.value = 3;
    press("?");
    expect(helpOpen.value).toBe(true);
    press("Escape");
    expect([helpOpen.value, openFilter.value]).toEqual([false, 3]);
    press("Escape");
    expect(openFilter.value).toBeNull();
  });

  it("pin the enlarged map in its view, and nowhere else", () => {
    openMap.value = 4;
    expect(press("p").defaultPrevented).toBe(false);
    viewId.value = "features";
    indexes.value = [{ ...ours("a", [0]), series: [series([0], { kind: "top", subject: "conv7" })] }];
    press("p");
    expect([...pins.value]).toEqual([["conv7", [4]]]);
    press("p");
    expect(serialise().has("pins")).toBe(false);
  });

  it("play and pause", () => {
    expect(press(" ").defaultPrevented).toBe(true);
    expect(playing.value).toBe(true);
    press(" ");
    expect(playing.value).toBe(false);
  });

  it.each(["input", "textarea", "select"])("are left to a %s that has the focus", (name) => {
    const field = document.body.appendChild(document.createElement(name));
    press(",", field);
    expect(position.value).toBe(5);
    field.remove();
  });

  it("of one character do nothing once they are off, the others still do", () => {
    shortcuts.value = "off";
    openFilter.value = 3;
    for (const key of [",", " ", "?", "]"]) expect(press(key).defaultPrevented).toBe(false);
    expect([position.value, playing.value, helpOpen.value, layerPath.value]).toEqual([5, false, false, ""]);
    press("Escape");
    expect(openFilter.value).toBeNull();
    expect(serialise().get("keys")).toBe("off");
  });

  it("leave space to a button, and the browser's own shortcuts alone", () => {
    const button = document.body.appendChild(document.createElement("button"));
    press(" ", button);
    expect(playing.value).toBe(false);
    onKey(new KeyboardEvent("keydown", { key: ",", ctrlKey: true }));
    expect(position.value).toBe(5);
    button.remove();
  });
});

describe("playing", () => {
  it("goes from the beginning to the end, one logged epoch after the other, and stops there", () => {
    vi.useFakeTimers({ toFake: ["requestAnimationFrame", "cancelAnimationFrame", "performance"] });
    speed.value = 10;
    const seen: number[] = [];
    const stop = position.subscribe((value) => seen.push(value));
    play();
    vi.advanceTimersByTime(1_000);
    stop();
    vi.useRealTimers();
    expect(seen).toEqual([5, 0, 1, 2, 5]);
    expect(playing.value).toBe(false);
  });
});
