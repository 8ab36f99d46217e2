import { workspaceCommands, type Command } from '../../actions/commands';
import { keyLabel } from '../../actions/keys';
import { closePrompt, prompt } from '../../actions/prompts';
import { useStore } from '../../ui/useStore';
import { PeopleDialog } from '../people/PeopleDialog';
import { DependsDialog } from '../queue/DependsDialog';
import { SayDialog } from '../queue/SayDialog';
import { AnswersDialog } from './AnswersDialog';
import { ConfirmDialog, NameDialog } from './dialogs';
import { FilePalette } from './FilePalette';
import { Palette, type PaletteItem } from './Palette';
import { SearchDialog } from './SearchDialog';
import { currentSession } from './currentSession';

/** Draws the question that is open, whoever asked it. */
export function PromptHost() {
  const open = useStore(prompt);
  const session = useStore(currentSession);
  if (open === null) return null;
  switch (open.kind) {
    case 'name':
      return <NameDialog prompt={open} />;
    case 'confirm':
      return <ConfirmDialog prompt={open} />;
    case 'answers':
      return session === null ? null : <AnswersDialog session={session} group={open.group} />;
    case 'depends':
      return session === null ? null : (
        <DependsDialog session={session} id={open.id} onClose={closePrompt} />
      );
    case 'say':
      return session === null ? null : (
        <SayDialog session={session} id={open.id} onClose={closePrompt} />
      );
    case 'people':
      return session === null ? null : <PeopleDialog session={session} />;
    case 'search':
      return session === null ? null : <SearchDialog session={session} />;
    case 'commands':
      if (session === null) return null;
      return (
        <Palette
          label="Commands"
          placeholder="What do you want to do?"
          items={workspaceCommands(session).map(itemOf)}
          onClose={closePrompt}
        />
      );
    case 'files':
      return session === null ? null : <FilePalette session={session} />;
  }
}

function itemOf(command: Command): PaletteItem {
  return {
    id: command.id,
    text: `${command.title} ${command.section}`,
    title: command.title,
    detail: command.section,
    ...(command.keys === undefined ? {} : { keys: keyLabel(command.keys) }),
    run: command.run,
  };
}
