//! A small invented document with something of everything.

use serde_json::{Value, json};

fn reference(name: &str) -> Value {
    json!({"schema": {"$ref": format!("#/components/schemas/{name}")}})
}

fn answers(name: &str) -> Value {
    json!({
        "200": {"description": "Success.", "content": {"application/vnd.x+json": reference(name)}},
        "404": {"description": "There is none."}
    })
}

/// The document, overlaid, with its types.
pub(super) fn document() -> Value {
    json!({
        "openapi": "3.0.0",
        "info": {
            "title": "Things", "version": "1.0", "x-media-type": "application/vnd.x+json",
            "x-paging": {"page": "page", "size": "size", "current": "current", "total": "total"}
        },
        "servers": [
            {"url": "https://a.example", "x-environment": "integration"},
            {"url": "https://b.example", "x-environment": "production"}
        ],
        "security": [{"token": []}],
        "tags": [{"name": "things"}],
        "paths": {
            "/things": {
                "get": {
                    "operationId": "listThings", "tags": ["things"], "summary": "List things",
                    "parameters": [
                        {"name": "page", "in": "query", "schema": {"type": "integer"}},
                        {"name": "size", "in": "query", "schema": {"type": "integer"}},
                        {"name": "since_day", "in": "query", "required": false, "schema": {"type": "string"}},
                        {"name": "mark", "in": "query", "required": true, "schema": {"type": "string"}}
                    ],
                    "responses": answers("List")
                },
                "post": {
                    "operationId": "createThing", "tags": ["things"],
                    "requestBody": {"required": true, "content": {"application/vnd.x+json": reference("Ask")}},
                    "responses": {"202": {"description": "Taken."}}
                },
            },
            "/things/{guid}": {
                "get": {
                    "operationId": "readThing", "tags": ["things"],
                    "parameters": [
                        {"name": "guid", "in": "path", "required": true, "schema": {"type": "string"}},
                        {"name": "X-KEY", "in": "header", "required": true, "schema": {"type": "string"}}
                    ],
                    "responses": answers("Answer")
                },
                "delete": {
                    "operationId": "deleteThing", "tags": ["things"],
                    "parameters": [{"name": "guid", "in": "path", "required": true, "schema": {"type": "string"}}],
                    "responses": {"204": {"description": "Gone."}}
                },
                "post": {
                    "operationId": "pokeThing", "tags": ["things"],
                    "parameters": [{"name": "guid", "in": "path", "required": true, "schema": {"type": "string"}}],
                    "responses": {"202": {"description": "Poked."}}
                }
            },
            "/file": {"get": {
                "operationId": "readFile", "tags": ["things"],
                "responses": {"200": {"description": "A file.", "content": {"text/csv": {"schema": {"type": "string"}}}}}
            }}
        },
        "components": {
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "X-TOKEN"}},
            "schemas": {
                "List": {"type": "object", "properties": {
                    "things": {"type": "array", "items": {"$ref": "#/components/schemas/Answer"}},
                    "paging": {"$ref": "#/components/schemas/Paging"}
                }},
                "Paging": {"type": "object", "properties": {
                    "current": {"type": "integer"}, "total": {"type": "integer"}
                }},
                "Answer": {"type": "object", "description": "One thing.", "properties": {
                    "guid": {"type": "string", "description": "Which."},
                    "name": {"type": "string", "nullable": true},
                    "status": {"type": "string"},
                    "note": {"type": "string"},
                    "made_at": {"type": "string"},
                    "weight": {"type": "number"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "boxed": {"type": "array", "items": {"$ref": "#/components/schemas/Box"}}
                }},
                "Box": {"type": "object", "properties": {"size_of": {"type": "integer"}}},
                "Ask": {"type": "object", "required": ["name", "tags"], "properties": {
                    "name": {"type": "string"},
                    "mood": {"type": "string", "enum": ["GOOD", "BAD"]},
                    "is_open": {"type": "boolean"},
                    "weight_of_all": {"type": "integer"},
                    "level": {"type": "string"},
                    "comment": {"type": "string"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "words": {"type": "array", "items": {"type": "string"}}
                }}
            },
            "x-types": {
                "ThingGuid": {"kind": "identifier", "description": "Which thing.", "fields": ["*.guid"]},
                "Status": {"kind": "open-text", "description": "How it stands.", "fields": ["Answer.status"],
                    "values": [{"name": "OPEN", "code": 1}, {"name": "SHUT", "code": 2}]},
                "Level": {"kind": "open-code", "description": "How high.", "fields": ["Ask.level"],
                    "values": [{"name": "LOW", "code": 1}, {"name": "HIGH", "code": 2}]},
                "Timestamp": {"kind": "timestamp", "fields": ["*.made_at"]},
                "Text": {"kind": "text", "fields": ["*.note", "Ask.comment"]},
                "Secret": {"kind": "secret", "fields": ["readThing.X-KEY"]}
            }
        }
    })
}
