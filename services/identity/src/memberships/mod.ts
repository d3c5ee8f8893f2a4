export { deleteOldNotices, membershipNotices } from './membership-notices.ts';
