/** Lines as SVG path data. */

export type Point = readonly [x: number, y: number];

const at = ([x, y]: Point): string => `${Number(x.toFixed(3))},${Number(y.toFixed(3))}`;

/** Straight pieces; a point that is not finite leaves a gap. */
export function polyline(points: Iterable<Point>): string {
  let path = "";
  let drawing = false;
  for (const point of points) {
    const known = Number.isFinite(point[0]) && Number.isFinite(point[1]);
    if (known) path += (drawing ? "L" : "M") + at(point);
    drawing = known;
  }
  return path;
}

/** The points between two gaps: no line leads to them. */
export function isolated(points: readonly Point[]): Point[] {
  const known = (point: Point | undefined) => point !== undefined && point.every(Number.isFinite);
  return points.filter((point, i) => known(point) && !known(points[i - 1]) && !known(points[i + 1]));
}

/**
 * A smooth curve through points of ascending x that rises and falls only where they do: a histogram
 * must not swing below zero beside a peak.
 *
 * Source: Steffen, "A simple method for monotonic interpolation in one dimension", Astron. Astrophys. 239, 1990.
 */
export function monotone(points: readonly Point[]): string {
  const slopes = points.slice(1).map(([x, y], i) => {
    const [beforeX, beforeY] = points[i] as Point;
    return { over: x - beforeX, rise: (y - beforeY) / (x - beforeX || 1) };
  });
  const tangents = points.map((_, i) => {
    const [left, right] = [slopes[i - 1], slopes[i]];
    if (!left || !right) return 0;
    const mean = (left.rise * right.over + right.rise * left.over) / (left.over + right.over || 1);
    const sign = Math.sign(left.rise) + Math.sign(right.rise);
    return sign * Math.min(Math.abs(left.rise), Math.abs(right.rise), Math.abs(mean) / 2);
  });
  // At the ends, the parabola through the neighbour's tangent.
  const [first, last] = [slopes[0], slopes[slopes.length - 1]];
  if (first) tangents[0] = (3 * first.rise - (tangents[1] ?? 0)) / 2;
  if (last) tangents[points.length - 1] = (3 * last.rise - (tangents[points.length - 2] ?? 0)) / 2;
  let path = points[0] ? `M${at(points[0])}` : "";
  slopes.forEach(({ over }, i) => {
    const [[x0, y0], [x1, y1]] = [points[i] as Point, points[i + 1] as Point];
    const third = over / 3;
    const handles: Point[] = [[x0 + third, y0 + third * (tangents[i] ?? 0)], [x1 - third, y1 - third * (tangents[i + 1] ?? 0)]];
    path += `C${handles.map(at).join(",")},${at([x1, y1])}`;
  });
  return path;
}
