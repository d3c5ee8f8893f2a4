/**
 * The console's typefaces, colours and logo, as the console keeps them: the documentation is built with the same, so that both look like one
 * product. See docs/decisions/220-one-look.md.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../repository.ts';

const consolePackage = join(repositoryRoot, 'packages', 'console');
const darkRoot = ':root[data-theme="dark"]';

/** The rules of the console's styles that declare fonts, and the tokens of the light and of the dark theme. */
const TOKEN_RULES = /^(?:@font-face|:root(?:\[data-theme="dark"\])?) \{\n[\s\S]*?^\}\n/gm;

function consoleTokens(): string {
  const styles = readFileSync(join(consolePackage, 'src', 'styles.css'), 'utf8');
  const rules = styles.match(TOKEN_RULES) ?? [];
  for (const start of ['@font-face', ':root {', darkRoot])
    if (!rules.some((rule) => rule.startsWith(start)))
      throw new Error(`the console's styles have no ${start}`);
  return rules.join('\n');
}

export function consoleIcon(): string {
  return readFileSync(join(consolePackage, 'public', 'icon.svg'), 'utf8');
}

/** For VitePress, which marks the dark theme by a class. */
export function themeTokens(): string {
  return consoleTokens().replaceAll(darkRoot, '.dark');
}

/**
 * For the API explorer, which the gateway makes itself and which marks the dark theme as the console does.
 * @param fonts addresses of the built fonts, whose names have a hash
 */
export function lookOfExplorer(fonts: readonly string[]): string {
  return consoleTokens().replaceAll(/url\("[^"]*\/([\w-]+)\.woff2"\)/g, (_, name: string) => {
    const built = fonts.find((address) => address.includes(`/${name}.`));
    if (built === undefined) throw new Error(`the font ${name} is not among the built files`);
    return `url("${built}")`;
  });
}
