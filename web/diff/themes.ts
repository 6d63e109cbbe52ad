/** The two themes of the diff. Stands in for `@pierre/theming/themes`, which lists every theme there is (see vite.config.ts). */

const loaders: Readonly<Record<string, () => Promise<unknown>>> = {
  'pierre-light': () => import('@pierre/theme/pierre-light'),
  'pierre-dark': () => import('@pierre/theme/pierre-dark'),
};

export const themes = {
  getTheme(name: string): { readonly load: () => Promise<unknown> } | undefined {
    const load = loaders[name];
    return load === undefined ? undefined : { load };
  },
};
