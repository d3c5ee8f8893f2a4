export {
  adminGate,
  editGate,
  type Gate,
  readGate,
  requireEditor,
  requireReader,
  sees,
  type TeamAccess,
} from './gates.ts';
