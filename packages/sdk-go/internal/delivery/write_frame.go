package delivery

import "encoding/json"

// What is written are the frames of a transfer, for state files.

// BeginLine is the line of a whole team.
func BeginLine(teamID string) []byte {
	return line(struct {
		Type   string  `json:"type"`
		TeamID string  `json:"team_id"`
		Base   *string `json:"base"`
	}{"begin", teamID, nil})
}

// PutLine is the line of a prompt, with all keys that it came with.
func PutLine(teamID, revision string, prompt *Prompt) []byte {
	return line(struct {
		Type     string          `json:"type"`
		TeamID   string          `json:"team_id"`
		Revision string          `json:"revision"`
		Prompt   json.RawMessage `json:"prompt"`
	}{"put", teamID, revision, prompt.Raw})
}

// SyncLine closes the transfer.
func SyncLine(revision string, digest Digest, teams []SyncedTeam) []byte {
	type team struct {
		TeamID   string `json:"team_id"`
		Revision string `json:"revision"`
	}
	listed := make([]team, len(teams))
	for i, each := range teams {
		listed[i] = team(each)
	}
	return line(struct {
		Type         string  `json:"type"`
		Revision     string  `json:"revision"`
		Digest       string  `json:"digest"`
		Count        int     `json:"count"`
		KeyExpiresAt *string `json:"key_expires_at"`
		Teams        []team  `json:"teams"`
	}{"sync", revision, digest.Text(), digest.Count, nil, listed})
}

func line(frame any) []byte {
	// Of texts, numbers and JSON that was read.
	text, _ := json.Marshal(frame)
	return append(text, '\n')
}
