/** What the server takes of pictures; more it refuses. */
export const kPicturesMax = 4;
export const kPictureBytesMax = 2 * 1024 * 1024;
export const kPictureSideMax = 2000;

/** What every model takes; a browser makes either of whatever else it can show. */
const kTaken = new Set(['image/png', 'image/jpeg']);

export interface PictureSize {
  width: number;
  height: number;
}

/** Whether a picture can be sent as it is. */
export function isTaken(type: string, bytes: number, { width, height }: PictureSize): boolean {
  const small = bytes <= kPictureBytesMax && Math.max(width, height) <= kPictureSideMax;
  return small && kTaken.has(type);
}

/** The same proportions within the largest sides, at least a pixel each. */
export function fitted({ width, height }: PictureSize): PictureSize {
  const factor = Math.min(1, kPictureSideMax / Math.max(width, height));
  const side = (length: number): number => Math.max(1, Math.round(length * factor));
  return { width: side(width), height: side(height) };
}

/** Whether an agent's model may be shown pictures; false only where it is known to take none. */
export function takesImages({ takes_images: takes }: { takes_images?: boolean }): boolean {
  return takes !== false;
}

/** The parameter of calls that show pictures, where there are any. */
export function imagesOf(pictures: { base64: string }[]): { images?: { base64: string }[] } {
  return pictures.length === 0 ? {} : { images: pictures.map(({ base64 }) => ({ base64 })) };
}

const kNamesAlone = /^\s*(@[\w-]+[,;:]?\s*)*$/;

/** What is said with `count` pictures: `text`, or words for somebody who only names agents. */
export function wordsWith(count: number, text: string): string {
  if (count === 0 || !kNamesAlone.test(text)) return text;
  return count === 1 ? 'Look at this picture.' : `Look at these ${count} pictures.`;
}
