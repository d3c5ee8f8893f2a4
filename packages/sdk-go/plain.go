package px0

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// asJSON gives the variables as px0 sees them: every number is a float64.
func asJSON(encoded []byte) (map[string]any, error) {
	var variables map[string]any
	err := json.Unmarshal(encoded, &variables)
	return variables, err
}

// plainVariables gives what asJSON would make of the variables' JSON, without the JSON where it can: what would come back as it is, is used
// as it is, and only maps and lists in which something differs are copied.
func plainVariables(variables map[string]any) (map[string]any, error) {
	if variables == nil {
		return nil, nil
	}
	made, found, err := plainMap(variables, 1)
	if err != nil || found != needsJSON {
		return made, err
	}
	_, decoded, err := encodeVariables(variables)
	return decoded, err
}

// plainness is what was found of a value.
type plainness int

const (
	isPlain plainness = iota
	// converted: another value stands for it.
	converted
	// needsJSON: only encoding/json can tell.
	needsJSON
)

// plainValue returns what it was given as the interface that it is: to make a new one would take memory.
func plainValue(given any, level int) (any, plainness, error) {
	switch value := given.(type) {
	case nil, bool:
		return given, isPlain, nil
	case string:
		if !utf8.ValidString(value) {
			return nil, isPlain, errNoUTF8
		}
		return given, isPlain, nil
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return nil, needsJSON, nil
		}
		return given, isPlain, nil
	case float32:
		return plainFloat32(value)
	case int:
		return float64(value), converted, nil
	case int8:
		return float64(value), converted, nil
	case int16:
		return float64(value), converted, nil
	case int32:
		return float64(value), converted, nil
	case int64:
		return float64(value), converted, nil
	case uint:
		return float64(value), converted, nil
	case uint8:
		return float64(value), converted, nil
	case uint16:
		return float64(value), converted, nil
	case uint32:
		return float64(value), converted, nil
	case uint64:
		return float64(value), converted, nil
	case map[string]any:
		if value == nil {
			return nil, converted, nil
		}
		made, found, err := plainMap(value, level)
		if found == isPlain {
			return given, found, err
		}
		return made, found, err
	case []any:
		if value == nil {
			return nil, converted, nil
		}
		made, found, err := plainList(value, level)
		if found == isPlain {
			return given, found, err
		}
		return made, found, err
	}
	return nil, needsJSON, nil
}

// plainFloat32: JSON has the fewest digits that mean it, and they are read as a float64.
func plainFloat32(value float32) (any, plainness, error) {
	const bits = 32
	if math.IsNaN(float64(value)) || math.IsInf(float64(value), 0) {
		return nil, needsJSON, nil
	}
	read, err := strconv.ParseFloat(strconv.FormatFloat(float64(value), 'g', -1, bits), 64)
	return read, converted, err
}

func plainMap(given map[string]any, level int) (map[string]any, plainness, error) {
	if level > deepestVariables {
		return nil, isPlain, errTooDeep
	}
	made, all := given, isPlain
	for key, value := range given {
		if !utf8.ValidString(key) {
			return nil, isPlain, errNoUTF8
		}
		plain, found, err := plainValue(value, level+1)
		if err != nil || found == needsJSON {
			return nil, found, err
		}
		if found == converted {
			if all == isPlain {
				made, all = maps.Clone(given), converted
			}
			made[key] = plain
		}
	}
	return made, all, nil
}

func plainList(given []any, level int) ([]any, plainness, error) {
	if level > deepestVariables {
		return nil, isPlain, errTooDeep
	}
	made, all := given, isPlain
	for i, value := range given {
		plain, found, err := plainValue(value, level+1)
		if err != nil || found == needsJSON {
			return nil, found, err
		}
		if found == converted {
			if all == isPlain {
				made, all = slices.Clone(given), converted
			}
			made[i] = plain
		}
	}
	return made, all, nil
}
