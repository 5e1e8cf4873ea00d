/** The colours TensorBoard gives to runs: a palette of seven, in the order in which it saw the runs. */

const LIGHT = ["#425066", "#12b5cb", "#e52592", "#f9ab00", "#9334e6", "#7cb342", "#e8710a"];
const DARK = ["#8e98a3", ...LIGHT.slice(1)];

/** @param runs all runs of TensorBoard, ours or not, as it lists them */
export function runColours(runs: readonly string[], dark: boolean): Map<string, string> {
  const palette = dark ? DARK : LIGHT;
  const colours = new Map<string, string>();
  for (const run of runs)
    if (!colours.has(run)) colours.set(run, palette[colours.size % palette.length] as string);
  return colours;
}
