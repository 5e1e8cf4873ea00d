/** Colours for numbers from 0 to 1 that look ordered to every eye, in print and on either background. */

function polynomial(t: number, coefficients: readonly number[]): number {
  const value = coefficients.reduceRight((sum, coefficient) => sum * t + coefficient, 0);
  return Math.max(0, Math.min(255, Math.round(value)));
}

/**
 * Cividis, dark blue to yellow.
 *
 * Source: Nuñez, Anderton and Renslow, PLOS ONE 13(7), 2018, as d3-scale-chromatic fits it.
 */
export function cividis(share: number): string {
  const t = Math.max(0, Math.min(1, share));
  const red = polynomial(t, [-4.54, -35.34, 2381.73, -6402.7, 7024.72, -2710.57]);
  const green = polynomial(t, [32.49, 170.73, 52.82, -131.46, 176.58, -67.37]);
  const blue = polynomial(t, [81.24, 442.36, -2482.43, 6167.24, -6614.94, 2475.67]);
  return `rgb(${red}, ${green}, ${blue})`;
}
