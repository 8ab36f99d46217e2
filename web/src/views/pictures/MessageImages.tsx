import { useEffect, useState } from 'react';
import { pictureUrl } from '../../actions/pictures';
import { asFailure } from '../../net/failure';
import type { ImageInfo } from '../../protocol/entities';
import { Dialog } from '../../ui/Dialog';
import { useSession } from '../workspace/SessionContext';

/** The pictures of a message, small; each opens in its own size. */
export function MessageImages({ images }: { images: ImageInfo[] }) {
  return (
    <ul className="message-images" aria-label="Pictures">
      {images.map((image, at) => (
        <li key={`${image.hash} ${at}`}>
          <MessageImage image={image} />
        </li>
      ))}
    </ul>
  );
}

function MessageImage({ image }: { image: ImageInfo }) {
  const { call } = useSession();
  const [url, setUrl] = useState('');
  const [failure, setFailure] = useState('');
  const [open, setOpen] = useState(false);
  useEffect(() => {
    let wanted = true;
    pictureUrl(call, image).then(
      (found) => wanted && setUrl(found),
      (thrown: unknown) => wanted && setFailure(asFailure(thrown).message),
    );
    return () => {
      wanted = false;
    };
  }, [call, image]);

  const { width, height } = image;
  const label = `Picture, ${width} × ${height}`;
  if (failure !== '') return <span className="faint">{failure}</span>;
  return (
    <>
      <button
        type="button"
        className="message-image"
        aria-label={`${label}: open`}
        disabled={url === ''}
        onClick={() => setOpen(true)}
        data-testid="message-image"
      >
        {url !== '' && <img src={url} alt="" width={width} height={height} />}
      </button>
      {open && (
        <Dialog label={label} className="dialog picture-dialog" onClose={() => setOpen(false)}>
          <img src={url} alt={label} />
        </Dialog>
      )}
    </>
  );
}
