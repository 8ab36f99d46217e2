const kFrameMs = 16;
/** Somebody types who has pressed a key since. */
const kTypingMs = 300;
/** Between two times that is drawn while they do. */
const kRestMs = 150;
/** And where no key comes after which to draw. */
const kLongestMs = 250;

/**
 * When what has come is best drawn: a frame later, or, while somebody types, a few times a second,
 * right after the frame with their letter. Drawing takes some milliseconds, and a letter must not
 * wait for them.
 */
export class DrawTime {
  private lastKey = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private afterKey = false;
  private drawnAt = -Infinity;

  constructor(private readonly draw: () => void) {
    window.addEventListener('keydown', this.onKey, { capture: true });
  }

  /** Draws soon, once, however often it is asked for until then. */
  request(): void {
    if (this.timer !== undefined) return;
    this.afterKey = performance.now() - this.lastKey < kTypingMs;
    this.timer = setTimeout(this.run, this.afterKey ? kLongestMs : kFrameMs);
  }

  close(): void {
    window.removeEventListener('keydown', this.onKey, { capture: true });
    clearTimeout(this.timer);
  }

  private readonly onKey = (): void => {
    this.lastKey = performance.now();
    if (this.timer === undefined || !this.afterKey) return;
    requestAnimationFrame(() => {
      if (this.timer === undefined || !this.afterKey) return;
      if (performance.now() - this.drawnAt < kRestMs) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(this.run, 0);
    });
  };

  private readonly run = (): void => {
    this.timer = undefined;
    this.draw();
    this.drawnAt = performance.now();
  };
}
