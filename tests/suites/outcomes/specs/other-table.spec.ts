import { checks } from './shared/checks';

checks('other table');
