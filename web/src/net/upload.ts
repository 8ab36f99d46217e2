import type { Sending } from '../model/importing';
import type { ImportRequest, ProvisionAnswer } from '../protocol/http';
import { Failure } from './failure';
import { readAnswer } from './http';

/**
 * Makes a workspace of an archive. `onSent` hears how much of it has left; once all has, the server
 * unpacks it. A signal that aborts closes the connection, and the server leaves nothing of it.
 */
export function importArchive(
  about: ImportRequest,
  archive: Blob,
  onSent: (sending: Sending) => void,
  signal: AbortSignal,
): Promise<ProvisionAnswer> {
  // fetch() says nothing of how much it has sent.
  const call = new XMLHttpRequest();
  const query = new URLSearchParams({ ...about });
  call.open('POST', `/workspaces/import?${query}`);
  call.setRequestHeader('Content-Type', 'application/octet-stream');
  const total = archive.size;
  onSent({ sent: 0, total });
  call.upload.onprogress = ({ loaded }) => onSent({ sent: Math.min(loaded, total), total });
  call.upload.onload = () => onSent({ sent: total, total });
  signal.addEventListener('abort', () => call.abort());
  return new Promise((resolve, reject) => {
    call.onload = () => {
      try {
        resolve(readAnswer<ProvisionAnswer>(call.status, call.responseText));
      } catch (thrown) {
        reject(thrown);
      }
    };
    call.onabort = () => reject(new Failure('unavailable', 'The import was stopped.'));
    call.onerror = () =>
      reject(
        new Failure(
          'unavailable',
          'The archive could not be sent to its end.',
          'Check that `coditect serve` is running and that the file has not changed, then try again.',
        ),
      );
    call.send(archive);
  });
}
