import { IconButton, Spinner } from '../../ui/controls';
import type { Pictures } from './usePictures';

/** The pictures that go with the next message, each with a way to leave it out. */
export function PictureStrip({ pictures }: { pictures: Pictures }) {
  if (pictures.list.length === 0 && pictures.reading === 0) return null;
  return (
    <ul className="picture-strip" aria-label="Pictures of this message">
      {pictures.list.map(({ id, name, url, width, height }) => (
        <li key={id} data-testid="composer-picture">
          <img src={url} alt={name} title={`${name}, ${width} × ${height}`} />
          <IconButton
            icon="close"
            size="small"
            label={`Leave out ${name}`}
            onClick={() => pictures.remove(id)}
          />
        </li>
      ))}
      {pictures.reading > 0 && (
        <li>
          <Spinner label="Reading a picture" />
        </li>
      )}
    </ul>
  );
}
