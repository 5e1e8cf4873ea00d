/**
 * Which layers of several runs are the same.
 *
 * Keras numbers unnamed layers on through a process (`conv2d`, then `conv2d_1`), so the same network built twice has
 * other names. In every model the k-th unnamed layer of a class is compared with the k-th of that class in the other
 * run; a name that the user chose is compared with itself only.
 */

export interface NamedLayer {
  name: string;
  class: string;
}

export interface LoggedLayers {
  /** The run's network; null where its record is not here, or cannot be read. */
  network: readonly NamedLayer[] | null;
  /** Names that the run's records and weights have. */
  logged: readonly string[];
}

/** Between the names of a run's own layers and those they are shown by. */
export interface LayerNames {
  shown: ReadonlyMap<string, string>;
  own: ReadonlyMap<string, string>;
}

/** A second or third call of a shared layer. */
const CALL = /:\d{1,9}$/;
/** What Keras sets behind the name of a class from its second layer on. */
const NUMBER = /^[1-9]\d{0,14}$/;

/** The name that Keras makes of a class: `Conv2D` gives `conv2d`, `ReLU` gives `re_lu`. */
export function snakeCase(name: string): string {
  return name
    .replace(/[^\p{L}\p{N}_]+/gu, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** The number in a name that Keras gave, 0 for the first; null for a name that the user chose. */
function automaticNumber(name: string, stem: string): number | null {
  if (stem === "" || !name.startsWith(stem)) return null;
  const rest = name.slice(stem.length);
  if (rest === "") return 0;
  return rest.startsWith("_") && NUMBER.test(rest.slice(1)) ? Number(rest.slice(1)) : null;
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** A number for each place that a layer can have in a network, the same for all runs. */
class Places {
  readonly #numbers = new Map<string, number>();

  /** Of each layer of a network, by its path, in the order of the network. */
  of(network: readonly NamedLayer[]): Map<string, number> {
    const classes = new Map(network.map(({ name, class: kind }) => [name, kind]));
    const ranks = ranksOf(classes);
    const found = new Map<string, number>();
    // A model stands before what is inside of it.
    for (const path of [...classes.keys()].sort((a, b) => a.length - b.length)) {
      const parent = parentOf(path);
      const around = parent === "" ? 0 : (found.get(parent) ?? parent);
      const rank = ranks.get(path);
      const key = JSON.stringify(rank === undefined ? [around, path.slice(parent.length)] : [around, classes.get(path), rank]);
      const place = this.#numbers.get(key) ?? this.#numbers.size + 1;
      this.#numbers.set(key, place);
      found.set(path, place);
    }
    return new Map([...classes.keys()].map((path) => [path, found.get(path) ?? 0]));
  }
}

/** Which of the unnamed layers of its class in its model a layer is; nothing for those that the user named. */
function ranksOf(classes: ReadonlyMap<string, string>): Map<string, number> {
  const stems = new Map([...new Set(classes.values())].map((kind) => [kind, snakeCase(kind)]));
  const families = new Map<string, { path: string; number: number }[]>();
  for (const [path, kind] of classes) {
    const parent = parentOf(path);
    const number = automaticNumber(path.slice(path.lastIndexOf("/") + 1), stems.get(kind) ?? "");
    if (number === null) continue;
    const name = JSON.stringify([parent, kind]);
    const family = families.get(name) ?? [];
    family.push({ path, number });
    families.set(name, family);
  }
  const ranked = [...families.values()].flatMap((family) => family.sort((a, b) => a.number - b.number).map(({ path }, rank) => [path, rank] as const));
  return new Map(ranked);
}

/** Names that no two places share: the one a layer has where it is free, else that numbered on. */
class Names {
  readonly #taken = new Set<string>();
  readonly #numbers = new Map<string, number>();

  take(path: string): string {
    const name = this.#taken.has(path) ? this.#numberedOn(path) : path;
    this.#taken.add(name);
    return name;
  }

  #numberedOn(path: string): string {
    const [stem, number] = [path.replace(/_\d{1,15}$/, ""), Number(/_(\d{1,15})$/.exec(path)?.[1] ?? 0)];
    let next = Math.max(number + 1, this.#numbers.get(stem) ?? 1);
    while (this.#taken.has(`${stem}_${next}`)) next++;
    this.#numbers.set(stem, next + 1);
    return `${stem}_${next}`;
  }
}

/**
 * By which names the layers of the runs are shown: each by that of the first run that has a layer in its place.
 *
 * Null for a run that keeps its own names: they are the ones shown, its network is not known, or two of the names that
 * it logged or that its network has would become one.
 */
export function layerNames(runs: readonly LoggedLayers[]): (LayerNames | null)[] {
  const [places, names] = [new Places(), new Names()];
  const shownAt = new Map<number, string>();
  return runs.map(({ network, logged }) => {
    if (!network) return null;
    const shown = new Map<string, string>();
    for (const [path, place] of places.of(network)) {
      const parent = parentOf(path);
      // What is inside of a model stays inside of it, under the name that this is shown by.
      const name = shownAt.get(place) ?? names.take((shown.get(parent) ?? parent) + path.slice(parent.length));
      shownAt.set(place, name);
      shown.set(path, name);
    }
    const own = new Map([...shown].map(([path, name]) => [name, path]));
    // A layer that is not logged has its place too: its name would be taken for that of the logged one.
    const all = new Set([...logged, ...shown.keys()]);
    const apart = new Set([...all].map((path) => translated(shown, path))).size === all.size;
    return apart && [...shown].some(([path, name]) => path !== name) ? { shown, own } : null;
  });
}

/** A further call keeps its number: `conv2d_2:1` is `conv2d:1` where `conv2d_2` is `conv2d`. */
function translated(names: ReadonlyMap<string, string>, path: string): string {
  const found = names.get(path);
  if (found !== undefined) return found;
  const parts = path.split("/");
  const layer = names.get(uncalled(path))?.split("/");
  if (layer?.length !== parts.length) return path;
  return parts.map((part, at) => `${layer[at]}${CALL.exec(part)?.[0] ?? ""}`).join("/");
}

/** The path of a layer, from that of one of its calls. */
export function uncalled(path: string): string {
  return path.split("/").map((part) => part.replace(CALL, "")).join("/");
}

/** The name by which a layer of a run is shown. */
export function shownName({ names }: { names?: LayerNames | null }, own: string): string {
  return names ? translated(names.shown, own) : own;
}

/** The name that the run itself has for a layer that is shown; the same where it has none in that place. */
export function ownName({ names }: { names?: LayerNames | null }, shown: string): string {
  return names ? translated(names.own, shown) : shown;
}
