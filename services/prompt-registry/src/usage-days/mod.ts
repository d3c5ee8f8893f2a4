export { closeDays, firstDay, reopenedDays, sumDay, usageByDay } from './store.ts';
