/** The keys, on `?`. */
import { useState } from 'react';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useShortcuts } from './shortcuts.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['j  k', 'next, previous change or section'],
  ['Enter', 'open the change'],
  ['[  ]', 'previous, next finding'],
  ['v', 'split or unified difference'],
  ['s', 'go to your judgement'],
  ['g', 'back to the queue'],
  ['?', 'these keys'],
];

export function KeyHelp() {
  const [open, setOpen] = useState(false);
  useShortcuts({ '?': () => setOpen(true) });
  return (
    <>
      <Button className="keys-button" onPress={() => setOpen(true)} aria-label="Keyboard shortcuts">
        ?
      </Button>
      <ModalOverlay className="overlay" isOpen={open} onOpenChange={setOpen} isDismissable>
        <Modal className="modal modal-small">
          <Dialog className="dialog">
            <Heading slot="title">Keys</Heading>
            <dl className="keys">
              {KEYS.map(([keys, does]) => (
                <div key={keys}>
                  <dt>
                    {keys.split('  ').map((k) => (
                      <kbd key={k}>{k}</kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </>
  );
}
