import { fitted, isTaken, kPictureBytesMax, type PictureSize } from '../model/pictures';
import { fromBase64 } from '../model/binary';
import { Failure } from '../net/failure';
import type { ImageInfo } from '../protocol/entities';
import type { Call } from './call';
import { freshId } from './freshId';

/** A picture that is about to be sent. */
export interface Picture extends PictureSize {
  id: string;
  name: string;
  /** An address of it within this page, until it is let go. */
  url: string;
  base64: string;
}

/** From the finest to the smallest; a JPEG of the last fits at any size that is drawn. */
const kJpegQualities = [0.92, 0.8, 0.6, 0.3];

/** Reads a picture of any kind that the browser knows, scaled and converted where that is needed. */
export async function readPicture(file: File): Promise<Picture> {
  const image = await decoded(file);
  const taken = isTaken(file.type, file.size, image);
  const made = taken ? { blob: file, ...sizeOf(image) } : await redrawn(image, file.name);
  image.close();
  const { blob, ...size } = made;
  const base64 = await inBase64(blob);
  const url = URL.createObjectURL(blob);
  return { id: freshId(), name: file.name || 'picture', url, base64, ...size };
}

function sizeOf({ width, height }: PictureSize): PictureSize {
  return { width, height };
}

export function letGo({ url }: Picture): void {
  URL.revokeObjectURL(url);
}

async function decoded(file: File): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch {
    const what = `${file.name || 'That'} is no picture that this browser can read`;
    throw new Failure('invalid', what, 'save it as a PNG or a JPEG');
  }
}

async function redrawn(image: ImageBitmap, name: string): Promise<PictureSize & { blob: Blob }> {
  const size = fitted(image);
  const canvas = Object.assign(document.createElement('canvas'), size);
  const pen = canvas.getContext('2d');
  if (pen === null) throw new Failure('unavailable', 'This browser cannot draw pictures');
  pen.drawImage(image, 0, 0, size.width, size.height);
  const png = await encoded(canvas, 'image/png');
  if (png !== null && png.size <= kPictureBytesMax) return { blob: png, ...size };
  // A JPEG has no transparency: what is behind the picture is white, as in most viewers.
  pen.globalCompositeOperation = 'destination-over';
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, size.width, size.height);
  for (const quality of kJpegQualities) {
    const jpeg = await encoded(canvas, 'image/jpeg', quality);
    if (jpeg !== null && jpeg.size <= kPictureBytesMax) return { blob: jpeg, ...size };
  }
  throw new Failure(
    'limit',
    `${name || 'The picture'} is too large`,
    'cut out the part that matters',
  );
}

function encoded(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}

function inBase64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^.*?,/, ''));
    reader.onerror = () => reject(new Failure('unavailable', 'The picture could not be read'));
    reader.readAsDataURL(blob);
  });
}

/** Addresses of pictures that were shown, the newest last; more are fetched again. */
const shown = new Map<string, Promise<string>>();
const kShownMax = 64;

/** An address of a message's picture within this page. Its hash says what it is, wherever it is. */
export function pictureUrl(call: Call, { hash, media_type }: ImageInfo): Promise<string> {
  const known = shown.get(hash);
  if (known !== undefined) return known;
  const url = call('messages.image', { hash }).then(({ base64 }) =>
    URL.createObjectURL(new Blob([fromBase64(base64)], { type: media_type })),
  );
  shown.set(hash, url);
  url.catch(() => shown.delete(hash));
  const [oldest] = shown;
  if (shown.size > kShownMax && oldest !== undefined) {
    shown.delete(oldest[0]);
    oldest[1].then(URL.revokeObjectURL, () => undefined);
  }
  return url;
}
