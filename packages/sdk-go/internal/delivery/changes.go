package delivery

import (
	"bytes"
	"maps"
	"slices"
)

// ChangeKind says what has changed of a prompt.
type ChangeKind string

// The kinds of changes. Text is of a tagged draft; Many stands for so many changes that they are not told one by one.
const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Live    ChangeKind = "live"
	Tags    ChangeKind = "tags"
	Status  ChangeKind = "status"
	Text    ChangeKind = "text"
	Many    ChangeKind = "many"
)

// ChangedState is what a prompt was, or is.
type ChangedState struct {
	// Live is 0 for none.
	Live   int
	Tags   map[string]int
	Status string
}

// Change is what an application is told of a prompt that has changed.
type Change struct {
	// Slug is "*" for Many.
	Slug, PromptID, TeamID string
	Kind                   ChangeKind
	// nil where there is none.
	Before, After *ChangedState
}

// ChangesOf tells what one edit of a team's prompts means, a change for each kind, Live first.
func ChangesOf(teamID string, before, after *Prompt) []Change {
	if before != nil && after != nil && before.Slug != after.Slug {
		return append(ChangesOf(teamID, before, nil), ChangesOf(teamID, nil, after)...)
	}
	prompt := after
	if prompt == nil {
		prompt = before
	}
	if prompt == nil {
		return nil
	}
	var made []Change
	for _, kind := range kindsOf(before, after) {
		made = append(made, Change{prompt.Slug, prompt.ID, teamID, kind, stateOf(before), stateOf(after)})
	}
	return made
}

func kindsOf(before, after *Prompt) []ChangeKind {
	if before == nil {
		return []ChangeKind{Added}
	}
	if after == nil {
		return []ChangeKind{Removed}
	}
	var kinds []ChangeKind
	if before.Live != after.Live {
		kinds = append(kinds, Live)
	}
	if !maps.Equal(before.Tags, after.Tags) {
		kinds = append(kinds, Tags)
	}
	if before.Status != after.Status {
		kinds = append(kinds, Status)
	}
	for _, version := range after.Versions {
		if isEditedDraft(before, after, version) {
			return append(kinds, Text)
		}
	}
	return kinds
}

func stateOf(prompt *Prompt) *ChangedState {
	if prompt == nil {
		return nil
	}
	return &ChangedState{prompt.Live, maps.Clone(prompt.Tags), prompt.Status}
}

// isEditedDraft: a content that was on its way has arrived is no edit.
func isEditedDraft(before, after *Prompt, version *Version) bool {
	if version.Status != "draft" || !version.HasTemplate {
		return false
	}
	previous := before.Find(int64(version.Number))
	if previous == nil || !previous.HasTemplate {
		return false
	}
	was, is := before.MembersOf(previous), after.MembersOf(version)
	isOther := func(name string) bool { return !bytes.Equal(was[name], is[name]) }
	return slices.ContainsFunc([]string{"template", "outline", "config", "schema"}, isOther)
}
