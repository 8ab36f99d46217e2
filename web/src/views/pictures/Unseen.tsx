import { takesImages } from '../../model/pictures';
import type { AgentInfo } from '../../protocol/entities';
import type { Pictures } from './usePictures';

/** Whose model will refuse the pictures. */
export function Unseen({ pictures, agents }: { pictures: Pictures; agents: AgentInfo[] }) {
  const blind = pictures.list.length === 0 ? [] : agents.filter((agent) => !takesImages(agent));
  if (blind.length === 0) return null;
  const models = blind.map(({ name, model }) => `${name}’s ${model}`).join(', ');
  return (
    <span className="warn-text pictures-unseen" role="status" data-testid="pictures-unseen">
      {models} {blind.length === 1 ? 'takes' : 'take'} no pictures and will refuse them.
    </span>
  );
}
