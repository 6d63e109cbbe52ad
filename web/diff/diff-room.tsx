/** What every diff on the page shares: the colouring thread, and drawing only what is in view while the page scrolls. */
import { Virtualizer } from '@pierre/diffs';
import { VirtualizerContext, WorkerPoolContextProvider } from '@pierre/diffs/react';
import { type ReactNode, useEffect, useState } from 'react';

const poolOptions = { workerFactory: () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }), poolSize: 1 };
const highlighterOptions = { theme: { light: 'pierre-light', dark: 'pierre-dark' }, langs: [] };

export default function DiffRoom({ children }: { children: ReactNode }) {
  const [virtualizer] = useState(() => new Virtualizer());
  useEffect(() => {
    virtualizer.setup(document);
    return () => virtualizer.cleanUp();
  }, [virtualizer]);
  return (
    <WorkerPoolContextProvider poolOptions={poolOptions} highlighterOptions={highlighterOptions}>
      <VirtualizerContext value={virtualizer}>{children}</VirtualizerContext>
    </WorkerPoolContextProvider>
  );
}
