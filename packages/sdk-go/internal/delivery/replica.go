package delivery

import (
	"cmp"
	"maps"
	"slices"
	"sync/atomic"
)

// RepairReason says why everything has to be asked for anew; empty when nothing has.
type RepairReason string

const (
	unknownTeam   RepairReason = "unknown team"
	missingTeam   RepairReason = "missing team"
	missingChange RepairReason = "missing change"
	digestDiffers RepairReason = "digest differs"
)

// EditListener is told of each prompt that appears in a team (before is nil), changes, or leaves it (after is nil), once that has taken effect.
type EditListener func(teamID string, before, after *Prompt)

type team struct {
	// When it came, among all teams of this process.
	arrival uint64
	// Empty until a sync has said it.
	revision string
	prompts  map[string]*Prompt
	digest   Digest
}

// Replica is what one connection has made of the frames that it was sent: teams, their prompts and revisions. It decides what a client may
// believe: whatever does not add up is a repair, a new connection that asks for everything.
type Replica struct {
	onEdit EditListener
	teams  map[string]*team
	// The team that each prompt is in.
	homes map[string]string
	// Teams that have begun, with their new state, which is nil where changes are applied at once. nil outside of a transfer.
	transfer map[string]*team
	// Last is the revision to resume from: all that was shown up to it is here. Empty: there is none.
	Last string
	// Floor is the latest revision that anything here is from. What is older must not come after it.
	Floor string
	// IsSynced tells whether a sync was applied, so that what is not here does not exist.
	IsSynced bool
}

// NewReplica makes an empty one.
func NewReplica(onEdit EditListener) *Replica {
	return &Replica{onEdit: onEdit, teams: map[string]*team{}, homes: map[string]string{}}
}

// IsInTransfer tells whether a transfer has begun that no sync has closed.
func (r *Replica) IsInTransfer() bool { return r.transfer != nil }

// Size is how many prompts are here.
func (r *Replica) Size() int { return len(r.homes) }

// Teams gives all teams with their revisions, as they came.
func (r *Replica) Teams() []SyncedTeam {
	made := make([]SyncedTeam, 0, len(r.teams))
	for _, id := range inOrder(r.teams) {
		made = append(made, SyncedTeam{id, r.teams[id].revision})
	}
	return made
}

// TeamCount is how many teams are here.
func (r *Replica) TeamCount() int { return len(r.teams) }

// RevisionOf gives the revision of a team; empty when it is not here.
func (r *Replica) RevisionOf(teamID string) string {
	if team := r.teams[teamID]; team != nil {
		return team.revision
	}
	return ""
}

// PromptsOf gives the prompts of a team, as they came.
func (r *Replica) PromptsOf(teamID string) []*Prompt {
	if team := r.teams[teamID]; team != nil {
		return team.inOrder()
	}
	return nil
}

// Digest of everything that is here.
func (r *Replica) Digest() Digest {
	var all Digest
	for _, team := range r.teams {
		all.addAll(team.digest)
	}
	return all
}

// Apply applies a frame. What it returns asks for a repair.
func (r *Replica) Apply(frame *Frame) RepairReason {
	switch frame.Type {
	case "hello":
		r.transfer = map[string]*team{}
	case "begin":
		r.begin(frame)
	case "put":
		r.see(frame.Revision)
		return r.put(frame)
	case "delete":
		r.see(frame.Revision)
		if staged := r.transfer[frame.TeamID]; staged != nil {
			staged.take(frame.PromptID)
		} else if r.homes[frame.PromptID] == frame.TeamID {
			r.remove(frame.TeamID, frame.PromptID)
		}
	case "drop":
		delete(r.transfer, frame.TeamID)
		r.drop(frame.TeamID)
	case "mark":
		r.see(frame.Revision)
		return r.mark(frame)
	case "sync":
		r.see(frame.Revision)
		return r.sync(frame)
	case "heartbeat":
		r.see(frame.Revision)
		if r.transfer != nil {
			return ""
		}
		if !r.Digest().agrees(frame.Digest, frame.Count) {
			return digestDiffers
		}
		r.Last = frame.Revision
	}
	return ""
}

// Confirm: px0 has said that what is here is all there is at a revision.
func (r *Replica) Confirm(revision string) {
	r.see(revision)
	r.Last = LaterOf(r.Last, revision)
}

// ForgetTransfer forgets a transfer that was broken off; what it has changed at once stays.
func (r *Replica) ForgetTransfer() { r.transfer = nil }

// ForgetLast: from now on everything is asked for.
func (r *Replica) ForgetLast() { r.Last = "" }

// ForgetRevisions: another installation answers, and no revision of the old one means anything there.
func (r *Replica) ForgetRevisions() { r.Last, r.Floor = "", "" }

// Clear: nothing of what is here may be used any more.
func (r *Replica) Clear() {
	r.transfer, r.Last, r.IsSynced = nil, "", false
	for _, teamID := range inOrder(r.teams) {
		r.drop(teamID)
	}
}

// Fork gives the same state for another connection, which does not change this one.
func (r *Replica) Fork() *Replica {
	made := NewReplica(func(string, *Prompt, *Prompt) {})
	for id, each := range r.teams {
		made.teams[id] = &team{each.arrival, each.revision, maps.Clone(each.prompts), each.digest}
	}
	made.homes = maps.Clone(r.homes)
	made.Last, made.Floor, made.IsSynced = r.Last, r.Floor, r.IsSynced
	return made
}

// Adopt takes over all of another replica, which must not be used after that.
func (r *Replica) Adopt(other *Replica) {
	r.replace(other.teams)
	for _, teamID := range inOrder(r.teams) {
		if other.teams[teamID] == nil {
			r.drop(teamID)
		}
	}
	r.transfer, r.Last, r.IsSynced = other.transfer, other.Last, other.IsSynced
	if other.Floor != "" {
		r.see(other.Floor)
	}
}

// AdoptTeam lays one team of another replica, such as that of a bundle, over this one.
func (r *Replica) AdoptTeam(teamID string, other *Replica) {
	if held := other.teams[teamID]; held != nil {
		r.replace(map[string]*team{teamID: held})
	}
}

func (r *Replica) see(revision string) { r.Floor = LaterOf(r.Floor, revision) }

func (r *Replica) begin(frame *Frame) {
	if r.transfer == nil {
		r.transfer = map[string]*team{}
	}
	if frame.Base == "" {
		r.transfer[frame.TeamID] = emptyTeam()
		return
	}
	r.transfer[frame.TeamID] = nil
	if r.teams[frame.TeamID] == nil {
		r.teams[frame.TeamID] = emptyTeam()
	}
}

func (r *Replica) put(frame *Frame) RepairReason {
	if staged := r.transfer[frame.TeamID]; staged != nil {
		staged.put(frame.Prompt)
		return ""
	}
	if r.teams[frame.TeamID] == nil {
		return unknownTeam
	}
	r.set(frame.TeamID, frame.Prompt)
	return ""
}

func (r *Replica) mark(frame *Frame) RepairReason {
	for _, marked := range frame.Marks {
		if _, hasBegun := r.transfer[marked.TeamID]; hasBegun {
			continue
		}
		team := r.teams[marked.TeamID]
		if team == nil || team.revision != marked.Prev {
			return missingChange
		}
		team.revision = marked.Revision
		if !team.digest.agrees(marked.Digest, marked.Count) {
			return digestDiffers
		}
	}
	if r.transfer == nil {
		r.Last = frame.Revision
	}
	return ""
}

func (r *Replica) sync(frame *Frame) RepairReason {
	transfer := r.transfer
	r.transfer = nil
	r.replace(transfer)
	listed := make(map[string]bool, len(frame.Teams))
	for _, each := range frame.Teams {
		listed[each.TeamID] = true
	}
	for _, teamID := range inOrder(r.teams) {
		if !listed[teamID] {
			r.drop(teamID)
		}
	}
	for _, each := range frame.Teams {
		team := r.teams[each.TeamID]
		if team == nil {
			return missingTeam
		}
		team.revision = each.Revision
	}
	if !r.Digest().agrees(frame.Digest, frame.Count) {
		return digestDiffers
	}
	r.Last, r.IsSynced = frame.Revision, true
	return ""
}

// set puts a prompt, which leaves the team that it was in: it is in one only.
func (r *Replica) set(teamID string, prompt *Prompt) {
	team := r.teams[teamID]
	if team == nil {
		return
	}
	before := team.prompts[prompt.ID]
	home, hasHome := r.homes[prompt.ID]
	// What is compiled belongs to the object: one that says the same stays.
	if before == nil || before.Etag != prompt.Etag {
		if before != nil {
			prompt.carryOver(before)
		}
		team.put(prompt)
		r.homes[prompt.ID] = teamID
		r.onEdit(teamID, before, prompt)
	}
	if hasHome && home != teamID {
		r.leave(home, prompt.ID)
	}
}

func (r *Replica) remove(teamID, promptID string) {
	delete(r.homes, promptID)
	r.leave(teamID, promptID)
}

func (r *Replica) leave(teamID, promptID string) {
	team := r.teams[teamID]
	if team == nil {
		return
	}
	if before := team.take(promptID); before != nil {
		r.onEdit(teamID, before, nil)
	}
}

func (r *Replica) drop(teamID string) {
	for _, prompt := range r.PromptsOf(teamID) {
		r.remove(teamID, prompt.ID)
	}
	delete(r.teams, teamID)
}

// replace puts teams in the place of those that are held, save those without a state. What comes is there before anything leaves: a prompt that
// has moved is nowhere missing in between.
func (r *Replica) replace(teams map[string]*team) {
	for _, teamID := range inOrder(teams) {
		if teams[teamID] != nil {
			r.enter(teamID, teams[teamID])
		}
	}
	for _, teamID := range inOrder(teams) {
		if teams[teamID] == nil {
			continue
		}
		for _, prompt := range r.teams[teamID].inOrder() {
			if teams[teamID].prompts[prompt.ID] == nil {
				r.remove(teamID, prompt.ID)
			}
		}
	}
}

func (r *Replica) enter(teamID string, by *team) {
	held := r.teams[teamID]
	if held == nil {
		held = emptyTeam()
		r.teams[teamID] = held
	}
	held.revision = by.revision
	for _, prompt := range by.inOrder() {
		r.set(teamID, prompt)
	}
}

// arrivals count prompts and teams, so that they can be told in the order in which they came.
var arrivals atomic.Uint64

func emptyTeam() *team { return &team{arrival: arrivals.Add(1), prompts: map[string]*Prompt{}} }

// inOrder gives the prompts as they came.
func (t *team) inOrder() []*Prompt {
	return slices.SortedFunc(maps.Values(t.prompts), func(a, b *Prompt) int { return cmp.Compare(a.arrival, b.arrival) })
}

// inOrder gives the ids of teams as these came.
func inOrder(teams map[string]*team) []string {
	return slices.SortedFunc(maps.Keys(teams), func(a, b string) int {
		// Those without a state of their own come first; nothing is told of them.
		return cmp.Compare(arrivalOf(teams[a]), arrivalOf(teams[b]))
	})
}

func arrivalOf(team *team) uint64 {
	if team == nil {
		return 0
	}
	return team.arrival
}

func (t *team) put(prompt *Prompt) {
	t.take(prompt.ID)
	t.prompts[prompt.ID] = prompt
	t.digest.add(prompt.Etag)
}

func (t *team) take(promptID string) *Prompt {
	prompt := t.prompts[promptID]
	if prompt != nil {
		delete(t.prompts, promptID)
		t.digest.remove(prompt.Etag)
	}
	return prompt
}
