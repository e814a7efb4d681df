import type { Screen } from "./progress.ts";

/**
 * The same screen, whose failures end nothing: a terminal that has hung up refuses every word, and
 * the run that speaks has yet to be saved.
 */
export function lastingScreen(screen: Screen): Screen {
  const attempt = (show: () => void) => {
    try {
      show();
    } catch {
      // Where it is not shown, there is nowhere to say so.
    }
  };
  return {
    get columns() {
      return screen.columns;
    },
    line: (text) => attempt(() => screen.line(text)),
    bar: (text) => attempt(() => screen.bar(text)),
  };
}
