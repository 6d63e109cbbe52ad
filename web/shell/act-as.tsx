/** Demo data only: look at the page as one of the sample people. */

import { Button, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover } from 'react-aria-components';
import type { Session } from '../api/generated.ts';
import { count } from '../ui/words.ts';

interface Props {
  readonly session: Session;
  readonly testId?: string;
  onChoose(id: string): void;
  onLeave(): void;
}

export function ActAs({ session, testId = 'act-as', onChoose, onLeave }: Props) {
  const { person, people, via } = session;
  return (
    <MenuTrigger>
      <Button className="act-as" data-testid={testId} aria-label={person === null ? 'Act as a sample person' : `${person.name}, ${person.level}. Act as somebody else`}>
        {person === null ? 'Act as…' : person.name}
        {person !== null && <span className="level">{person.level}</span>}
        {via !== null && <span className="via">{via === 'demo' ? 'acting' : 'passkey'}</span>}
        <span aria-hidden="true" className="caret" />
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu className="menu" onAction={(key) => (key === '' ? onLeave() : onChoose(String(key)))}>
          <MenuSection>
            <Header className="menu-head">Act as a sample person</Header>
            {people.map((p) => (
              <MenuItem key={p.id} id={p.id} textValue={p.name} className="menu-item" data-testid={`act-as-${p.id}`}>
                <span className="menu-name">
                  {p.name}
                  <span className="level">{p.level}</span>
                </span>
                <span className="menu-more">
                  {p.teams.join(', ')}
                  {p.keys > 0 && ` · ${count(p.keys, 'key')}`}
                </span>
              </MenuItem>
            ))}
          </MenuSection>
          {person !== null && (
            <MenuItem id="" textValue="Nobody" className="menu-item menu-leave" data-testid="act-as-nobody">
              Sign out
            </MenuItem>
          )}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
