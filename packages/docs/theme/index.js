/** VitePress's own theme without its fonts: readers' systems have good ones, and nothing is downloaded for them. */
import theme from 'vitepress/theme-without-fonts';
import './style.css';

export default theme;
