package delivery

import (
	"hash/maphash"
	"iter"
	"maps"
	"slices"
)

// Held is a prompt and the team that it is in.
type Held struct {
	TeamID   string
	Prompt   *Prompt
	archived bool
	instant  string
}

// A change copies one of so many maps, not the prompts of all.
const shards = 256

type bySlug [shards]map[string][]*Held

var seed = maphash.MakeSeed()

func shardOf(slug string) int { return int(maphash.String(seed, slug) % shards) }

// PromptIndex holds the prompts by slug. It is changed by one goroutine at a time, while all others look at what it has published.
type PromptIndex struct {
	current bySlug
	// Whether a map was copied since it was published.
	isOwn     [shards]bool
	isChanged bool
}

// PublishedIndex is the index at a moment, for all goroutines.
type PublishedIndex struct{ held bySlug }

// Publish gives what the index holds; false when nothing has changed since the last time.
func (i *PromptIndex) Publish() (*PublishedIndex, bool) {
	if !i.isChanged {
		return nil, false
	}
	i.isOwn, i.isChanged = [shards]bool{}, false
	return &PublishedIndex{i.current}, true
}

// Edit takes what a Replica tells of its edits.
func (i *PromptIndex) Edit(teamID string, before, after *Prompt) {
	if before != nil {
		i.remove(teamID, before)
	}
	if after != nil {
		i.add(teamID, after)
	}
}

func (i *PromptIndex) add(teamID string, prompt *Prompt) {
	held := &Held{teamID, prompt, prompt.Status == "archived", instantOf(prompt.CreatedAt)}
	shard := i.shard(prompt.Slug)
	others := shard[prompt.Slug]
	at, _ := slices.BinarySearchFunc(others, held, func(other, held *Held) int {
		if Precedes(other, held) {
			return -1
		}
		return 1
	})
	shard[prompt.Slug] = slices.Concat(others[:at], []*Held{held}, others[at:])
}

func (i *PromptIndex) remove(teamID string, prompt *Prompt) {
	shard := i.shard(prompt.Slug)
	isIt := func(one *Held) bool { return one.Prompt.ID == prompt.ID && one.TeamID == teamID }
	left := slices.DeleteFunc(slices.Clone(shard[prompt.Slug]), isIt)
	if len(left) == 0 {
		delete(shard, prompt.Slug)
		return
	}
	shard[prompt.Slug] = left
}

// shard gives the map of a slug, to be changed.
func (i *PromptIndex) shard(slug string) map[string][]*Held {
	at := shardOf(slug)
	if !i.isOwn[at] {
		i.isOwn[at] = true
		if i.current[at] == nil {
			i.current[at] = map[string][]*Held{}
		} else {
			i.current[at] = maps.Clone(i.current[at])
		}
	}
	i.isChanged = true
	return i.current[at]
}

// Find gives the prompt that a slug means, in one team or, if that is empty, in any; nil when there is none.
func (p *PublishedIndex) Find(slug, teamID string) *Held {
	for _, held := range p.held[shardOf(slug)][slug] {
		if teamID == "" || held.TeamID == teamID {
			return held
		}
	}
	return nil
}

// All gives all prompts, in no particular order.
func (p *PublishedIndex) All() iter.Seq[*Held] {
	return func(yield func(*Held) bool) {
		for _, shard := range p.held {
			for _, all := range shard {
				for _, held := range all {
					if !yield(held) {
						return
					}
				}
			}
		}
	}
}
