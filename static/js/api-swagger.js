"use strict";

// Swagger UI over the schema of this site.
SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: document.getElementById("swagger-ui").dataset.schema,
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
});
