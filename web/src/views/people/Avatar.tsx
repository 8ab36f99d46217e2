import { shortName } from '../../model/format';
import { initialsOf, personTone } from '../../model/presence';

/** A person as a disc in their colour. What it says beside the initials is its title. */
export function Avatar(props: { actor: string; title?: string; size?: 'normal' | 'small' }) {
  const { actor, title, size = 'normal' } = props;
  return (
    <span
      className="avatar"
      data-tone={personTone(actor)}
      data-size={size}
      data-actor={actor}
      title={title ?? shortName(actor)}
      aria-hidden="true"
    >
      {initialsOf(shortName(actor))}
    </span>
  );
}
