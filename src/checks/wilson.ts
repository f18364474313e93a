/** The two-sided 95 % quantile of the normal distribution. */
const z95 = 1.959963984540054;

interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's 95 % interval for a share of which `part` of `whole` were seen (https://doi.org/10.1080/01621459.1927.10502953).
 * Unlike the textbook one it stays within 0 and 1, and is no point where all or none were seen. Of nothing it says nothing: 0 to 1.
 */
export function wilson(part: number, whole: number): Interval {
  if (!Number.isInteger(part) || !Number.isInteger(whole) || part < 0 || part > whole) throw new Error(`No share: ${part} of ${whole}`);
  if (whole === 0) return { low: 0, high: 1 };
  const share = part / whole;
  const square = z95 ** 2;
  const middle = share + square / (2 * whole);
  const reach = z95 * Math.sqrt((share * (1 - share)) / whole + square / (4 * whole ** 2));
  const scale = 1 + square / whole;
  // At the ends the formula is exact, but rounding is not.
  return { low: part === 0 ? 0 : (middle - reach) / scale, high: part === whole ? 1 : (middle + reach) / scale };
}
