const PATHS = {
  file: 'M4 1.8h5l3 3v9.4H4zM9 1.8v3h3',
  folder: 'M1.8 4.2v8.3h12.4V5.5H7.6L6.2 3.5H1.8z',
  chevron: 'M6 3.5 10.5 8 6 12.5',
  lock: 'M3.8 7.2h8.4v6H3.8zM5.5 7.2V5a2.5 2.5 0 0 1 5 0v2.2',
  unlock: 'M3.8 7.2h8.4v6H3.8zM5.5 7.2V4.6a2.5 2.5 0 0 1 4.8-.9',
  eye: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z',
  plus: 'M8 3v10M3 8h10',
  close: 'm4 4 8 8M12 4l-8 8',
  trash: 'M3 4.2h10M6.2 4V2.5h3.6V4M4.3 4.2l.6 9.3h6.2l.6-9.3',
  pencil: 'M3 13l.7-2.9 7-7 2.2 2.2-7 7zM9.3 4.5l2.2 2.2',
  send: 'M8 13V3.5M4 7.3 8 3.3l4 4',
  sun: 'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  moon: 'M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z',
  search: 'M7.2 12a4.8 4.8 0 1 0 0-9.6 4.8 4.8 0 0 0 0 9.6zM10.8 10.8l3 3',
  chat: 'M2.2 3h11.6v8H7l-3 2.6V11H2.2z',
  agent: 'M3.2 5.5h9.6v7H3.2zM8 5.5V3M6 8.3v1.2M10 8.3v1.2M1.6 8v2.4M14.4 8v2.4',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.4 4h.2M2.4 8h.2M2.4 12h.2',
  coin: 'M8 13.8A5.8 5.8 0 1 0 8 2.2a5.8 5.8 0 0 0 0 11.6zM9.8 6.2C9.3 5.6 8.7 5.4 8 5.4c-1 0-1.8.5-1.8 1.3 0 1.8 3.6.8 3.6 2.6 0 .8-.8 1.3-1.8 1.3-.8 0-1.5-.3-2-.9M8 4.4v1M8 10.6v1',
  retry: 'M12.8 8A4.8 4.8 0 1 1 11 4.2M11.4 1.8v2.8H8.6',
  undo: 'M3.4 5.6h5.8a3.7 3.7 0 0 1 0 7.4H6M3.4 5.6 6.2 2.8M3.4 5.6l2.8 2.8',
  up: 'M8 12.5v-9M4.2 7.2 8 3.4l3.8 3.8',
  check: 'm3 8.5 3.2 3.2L13 4.8',
  alert: 'M8 2.2 14.3 13H1.7zM8 6.5v3M8 11.2v.2',
  info: 'M8 13.8A5.8 5.8 0 1 0 8 2.2a5.8 5.8 0 0 0 0 11.6zM8 7.3v3.6M8 5.2v.2',
  moonSleep: 'M12.6 10A5.4 5.4 0 0 1 6 3.4 5.4 5.4 0 1 0 12.6 10zM9.5 2.5h3.2L9.5 6h3.2',
  branch:
    'M4.5 5.4v5.2M4.5 5.4a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4zM4.5 14a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4zM11.5 5.4a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4zM11.5 5.4c0 3-4.5 2.2-7 4.4',
  terminal: 'M2 3h12v10H2zM4.5 6 6.7 8l-2.2 2M8 10.2h3',
  play: 'M5 3.2v9.6L12.6 8z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  back: 'M10 3.5 5.5 8l4.5 4.5',
  forward: 'M6 3.5 10.5 8 6 12.5',
  first: 'M12.6 3.2v9.6L6 8zM3.6 3.4v9.2',
  last: 'M3.4 3.2v9.6L10 8zM12.4 3.4v9.2',
  more: 'M3.4 8h.2M8 8h.2M12.6 8h.2',
  wrench:
    'M10.3 2.4a3.4 3.4 0 0 0-3.2 4.5l-4.7 4.7 2 2 4.7-4.7a3.4 3.4 0 0 0 4.4-4.4L11.4 6.6 9.5 4.7l2.1-2.1a3.4 3.4 0 0 0-1.3-.2z',
  command:
    'M5.6 5.6V4.1a1.6 1.6 0 1 0-1.6 1.5zm0 0v4.8m0-4.8h4.8m0 0V4.1A1.6 1.6 0 1 1 12 5.6zm0 0v4.8m0 0v1.5a1.6 1.6 0 1 0 1.6-1.5zm0 0H5.6m0 0v1.5A1.6 1.6 0 1 1 4 10.4z',
  pulse: 'M1.8 8.5h2.8L6.4 3l3 10 2-4.5h2.8',
  bell: 'M3.2 11.5h9.6c-1-1-1.3-2-1.3-4.5a3.5 3.5 0 0 0-7 0c0 2.5-.3 3.5-1.3 4.5zM6.6 13.6h2.8',
  clock: 'M8 13.8A5.8 5.8 0 1 0 8 2.2a5.8 5.8 0 0 0 0 11.6zM8 4.8V8l2.3 1.6',
  down: 'M3.5 6 8 10.5 12.5 6',
  picture: 'M2 3h12v10H2zM2 11l3.5-3.5 3 3 2-2L14 12M10.8 6.4h.2',
} as const;

export type IconName = keyof typeof PATHS;

/** Drawn on a 16 px grid with one stroke; always beside a text or inside a labelled control. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
