/** VitePress's own theme without its fonts: readers' systems have good ones, and nothing is downloaded for them. */
import './style.css';

export { default } from 'vitepress/theme-without-fonts';
