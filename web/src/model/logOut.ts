/** What somebody loses by logging out in this browser. */
export interface LeftBehind {
  /** Files with text that is not saved, as they are told to the person. */
  files: readonly string[];
  /** Comments of reviews that are not sent. */
  comments: number;
  /** Whether they came by an invitation, which let them in once. */
  invited: boolean;
}

export interface LogOutQuestion {
  title: string;
  text: string;
  submit: string;
}

const kNamed = 5;

/** What to ask before logging out; null where nothing is lost. */
export function questionOfLogOut({ files, comments, invited }: LeftBehind): LogOutQuestion | null {
  const unsaved = files.length > 0 || comments > 0;
  if (!unsaved && !invited) return null;
  const parts = [
    ...(files.length > 0 ? [`what is not saved in ${namesOf(files)}`] : []),
    ...(comments > 0 ? [comments === 1 ? 'a comment' : `${comments} comments`] : []),
  ];
  const lost = parts.length === 0 ? '' : `This browser forgets ${parts.join(' and ')}.`;
  const way = invited
    ? 'An invitation lets in once: to come back you need a new one, under another name.'
    : '';
  return {
    title: unsaved ? 'Log out without saving?' : 'Log out?',
    text: [lost, way].filter((part) => part !== '').join(' '),
    submit: unsaved ? 'Forget it and log out' : 'Log out',
  };
}

function namesOf(files: readonly string[]): string {
  const more = files.length - kNamed;
  return files.slice(0, kNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
