import { shortName } from '../../model/format';
import { initialsOf, personTone } from '../../model/presence';

/**
 * A person as a disc in their colour, yourself in the studio's. The initials are drawn and not
 * text: what it stands for is said in words beside it.
 */
export function Avatar(props: {
  actor: string;
  title?: string;
  size?: 'normal' | 'small';
  you?: boolean;
}) {
  const { actor, title, size = 'normal', you = false } = props;
  return (
    <span
      className="avatar"
      data-tone={you ? 'user' : personTone(actor)}
      data-size={size}
      data-actor={actor}
      title={title ?? shortName(actor)}
      data-initials={initialsOf(shortName(actor))}
      aria-hidden="true"
    />
  );
}
