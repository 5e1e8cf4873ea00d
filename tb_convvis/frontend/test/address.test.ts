// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { readAddress, withAddress } from "../src/host";
import * as settings from "../src/settings";

beforeEach(() => settings.restore(new Map()));

describe("the address", () => {
  it("brings everything back that was chosen", () => {
    settings.chosenRuns.value = ["a/b, c", "<img onerror=x>", "__proto__"];
    settings.askedPosition.value = 12;
    settings.viewId.value = "weights";
    settings.layerPath.value = "backbone/conv 1&2=3#";
    settings.scaleMode.value = "filter";
    settings.colourMode.value = "grey";
    settings.openFilter.value = 7;
    settings.weightName.value = "kernel";
    settings.chartMode.value = "heat";
    settings.chosenPicture.value = 5;
    settings.occluderAt.value = [0.25, 1];
    settings.heatMode.value = "drop";
    settings.plotMode.value = "average";
    settings.filmMode.value = "map";
    settings.opacity.value = 0;
    settings.syncAxis.value = "time";
    settings.changeMeasure.value = "jumps";
    settings.changeScale.value = "log";
    settings.metricName.value = "top_k accuracy&=";
    settings.mapSlot.value = 4;
    settings.spacingMode.value = "all";
    settings.sortMode.value = "dead first";
    settings.orderStep.value = 12;
    settings.orderTime.value = "follow";
    settings.orderRun.value = "<img onerror=x>";
    settings.findText.value = "^1\\d$|a&b=c#";
    settings.onlyMaps.value = "alive";
    settings.onlyClass.value = "cat & dog";
    settings.pins.value = new Map([["backbone/conv 1&2=3#", [3, 17]]]);
    settings.epochA.value = 3;
    settings.rankBy.value = "strength";
    settings.pairMode.value = "wipe";
    settings.wipeAt.value = 30;
    const values = settings.serialise();
    const hash = withAddress("#convvis&other=1", values);
    settings.restore(new Map());
    settings.restore(readAddress(hash));
    expect(settings.serialise()).toEqual(values);
    expect(settings.chosenRuns.value).toEqual(["a/b, c", "<img onerror=x>", "__proto__"]);
  });

  it("leaves the host's part alone and defaults out", () => {
    expect(withAddress("#convvis&_smoothing=0.6&p.convvis.step=3", settings.serialise())).toBe("#convvis&_smoothing=0.6");
  });

  it("survives nonsense", () => {
    settings.restore(readAddress("#x&p.convvis.step=1e9&p.convvis.scale=evil&p.convvis.runs=%7B&p.convvis.filter=%E0%A4%A&p.convvis.at=0.5,2&p.convvis.opacity=1e1&p.convvis.a=1e3&p.convvis.ab=x"));
    expect(settings.serialise().size).toBe(0);
  });

  it("takes at most four runs", () => {
    settings.restore(new Map([["runs", '["a","b","c","d","e",5]']]));
    expect(settings.chosenRuns.value).toHaveLength(4);
  });
});
