/** Stands in for the highlighters we do not ship (WebAssembly would need a wider content security policy). */
const absent = (): never => {
  throw new Error('this highlighter is not part of the build');
};

export const codeToTokens = absent;
export const LiveTokenizer = absent;
export const createHighlighter = absent;
export const createOnigurumaEngine = absent;
export const isSupportedLanguage = (): boolean => false;
export const themes = {};
export default {};
